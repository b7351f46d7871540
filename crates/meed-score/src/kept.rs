//! What is made once and used again, such as compiled patterns: the rollouts of a task bring the same ones, and
//! compiling takes longer than most searches.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;

/// How many are kept; then all are dropped.
const MOST: usize = 256;

/// A bounded store of what was made, by what it was made from. One per thread needs no lock.
#[derive(Debug)]
pub struct Kept<K, V>(HashMap<K, V>);

impl<K, V> Default for Kept<K, V> {
    fn default() -> Self {
        Kept(HashMap::new())
    }
}

impl<K: Hash + Eq, V: Clone> Kept<K, V> {
    /// What was made from `key`, or is made now.
    ///
    /// # Errors
    /// When it cannot be made; that is not kept.
    pub fn get<Q, E>(&mut self, key: &Q, make: impl FnOnce() -> Result<V, E>) -> Result<V, E>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ToOwned<Owned = K> + ?Sized,
    {
        if let Some(known) = self.0.get(key) {
            return Ok(known.clone());
        }
        let made = make()?;
        if self.0.len() >= MOST {
            self.0.clear();
        }
        self.0.insert(key.to_owned(), made.clone());
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_once_bounded_and_never_a_failure() {
        let mut kept: Kept<String, usize> = Kept::default();
        assert_eq!(kept.get("a", || Err("no")), Err("no"));
        assert_eq!(kept.get("a", || Ok::<_, &str>(1)), Ok(1));
        assert_eq!(kept.get("a", || Err("not asked")), Ok(1));
        for i in 0..3 * MOST {
            kept.get(i.to_string().as_str(), || Ok::<_, &str>(i)).unwrap();
            assert!(kept.0.len() <= MOST);
        }
    }
}

//! Writing past the caches.

/// Copies a tile to where nobody will read it soon: the memory is not fetched first, and the caches keep what is in use.
#[inline(always)]
pub(crate) fn write(to: &mut [f64], from: &[f64]) {
    #[cfg(target_arch = "x86_64")]
    {
        use std::arch::x86_64::{_mm_loadu_pd, _mm_stream_pd};
        let n = to.len().min(from.len());
        let head = to.as_ptr().align_offset(16).min(n);
        let (first, rest) = to[..n].split_at_mut(head);
        first.copy_from_slice(&from[..head]);
        let mut pairs = rest.chunks_exact_mut(2);
        for (to, from) in (&mut pairs).zip(from[head..n].chunks_exact(2)) {
            // SAFETY: both are two values long, and `to` begins at a multiple of 16 bytes: the head was cut off so.
            // Measured: token-level GRPO, see benches/README.md.
            unsafe { _mm_stream_pd(to.as_mut_ptr(), _mm_loadu_pd(from.as_ptr())) };
        }
        if let ([last], Some(value)) = (pairs.into_remainder(), from[..n].last()) {
            *last = *value;
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    to.copy_from_slice(from);
}

/// Makes what was written visible to other threads; call it after the last [`write`] of a pass.
#[inline(always)]
pub(crate) fn finish() {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: a fence has no operands.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn every_length_and_place_is_copied_whole() {
        let from: Vec<f64> = (0..64).map(f64::from).collect();
        for start in 0..4 {
            for n in 0..20 {
                let mut to = vec![-1.0; 32];
                super::write(&mut to[start..start + n], &from[..n]);
                super::finish();
                assert_eq!(to[start..start + n], from[..n]);
                assert!(to[start + n..].iter().chain(&to[..start]).all(|x| *x == -1.0));
            }
        }
    }
}

//! What scorers of texts share: splitting, counting, aligning.

pub(crate) mod edit;
pub(crate) mod grams;
pub(crate) mod hash;
pub(crate) mod lcs;
pub(crate) mod split;
pub(crate) mod stem;
pub(crate) mod syllables;
pub(crate) mod vocabulary;

//! The recipes that come with Meed.

use include_dir::{Dir, include_dir};

static RECIPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../recipes");

/// The text of a recipe file, by its path under `recipes/`.
pub fn source(path: &str) -> Option<&'static str> {
    RECIPES.get_file(path)?.contents_utf8()
}

/// The ids of all recipes, in order. Shared pieces under `lib/` are not recipes.
pub fn ids() -> Vec<&'static str> {
    let mut ids: Vec<&str> =
        RECIPES.files().filter_map(|f| f.path().file_name()?.to_str()?.strip_suffix(".star")).collect();
    ids.sort_unstable();
    ids
}

/// The text of the recipe `id`.
pub fn recipe(id: &str) -> Option<&'static str> {
    source(&format!("{id}.star"))
}

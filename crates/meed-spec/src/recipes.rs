//! The recipes that come with Meed. While writing one, `MEED_RECIPES` names a folder that is used instead.

use std::path::PathBuf;

use include_dir::{Dir, include_dir};

static RECIPES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../recipes");

fn folder() -> Option<PathBuf> {
    std::env::var_os("MEED_RECIPES").map(PathBuf::from)
}

/// The text of a recipe file, by its path under `recipes/`.
pub fn source(path: &str) -> Option<String> {
    match folder() {
        // Only files below the folder: a recipe is a name, not a way around the file system.
        Some(folder) if !path.contains("..") => std::fs::read_to_string(folder.join(path)).ok(),
        Some(_) => None,
        None => Some(RECIPES.get_file(path)?.contents_utf8()?.to_string()),
    }
}

/// The ids of all recipes, in order. Shared pieces under `lib/` are not recipes.
pub fn ids() -> Vec<String> {
    let id = |name: &std::ffi::OsStr| name.to_str()?.strip_suffix(".star").map(str::to_string);
    let mut ids: Vec<String> = match folder() {
        Some(folder) => std::fs::read_dir(folder)
            .map(|entries| entries.filter_map(|e| id(&e.ok()?.file_name())).collect())
            .unwrap_or_default(),
        None => RECIPES.files().filter_map(|f| id(f.path().file_name()?)).collect(),
    };
    ids.sort_unstable();
    ids
}

/// The text of the recipe `id`.
pub fn recipe(id: &str) -> Option<String> {
    source(&format!("{id}.star"))
}

/// The numeric examples that come with the recipes: name and text.
pub fn vectors() -> Vec<(PathBuf, String)> {
    let mut vectors: Vec<(PathBuf, String)> = match folder() {
        Some(folder) => std::fs::read_dir(folder.join("vectors"))
            .map(|entries| {
                entries
                    .filter_map(|e| e.ok().map(|e| e.path()))
                    .filter_map(|p| Some((p.clone(), std::fs::read_to_string(p).ok()?)))
                    .collect()
            })
            .unwrap_or_default(),
        None => RECIPES
            .get_dir("vectors")
            .map(|dir| {
                dir.files()
                    .filter_map(|f| Some((f.path().to_path_buf(), f.contents_utf8()?.to_string())))
                    .collect()
            })
            .unwrap_or_default(),
    };
    vectors.sort();
    vectors
}

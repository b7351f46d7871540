//! What this machine can do.

use std::fmt;
use std::path::PathBuf;

use crate::error::Error;
use crate::groups;
use crate::isolate::{self, Jail, Level, landlock_version};
use crate::language::{LANGUAGES, Language, Runtime};
use crate::launch::{Launch, launch};
use crate::limits::Limits;
use crate::pool::null;
use crate::sys::failed;

/// What this machine can do.
#[derive(Debug)]
pub struct Doctor {
    /// Whether the full level works, and what the kernel refuses otherwise.
    pub full: Result<(), Error>,
    /// Whether the restricted level works.
    pub restricted: Result<(), Error>,
    /// The version of Landlock the kernel has; 0 for none.
    pub landlock: u32,
    /// The control group (version 2) that is delegated to this process, or why there is none.
    pub groups: Result<PathBuf, String>,
    /// Whether programs are started as root, who becomes nobody inside.
    pub root: bool,
    /// Every language and what there is for it.
    pub languages: Vec<(&'static Language, Result<Runtime, Error>)>,
}

impl Doctor {
    /// Looks.
    pub fn examine() -> Doctor {
        Doctor {
            full: probe(Level::Full),
            restricted: probe(Level::Restricted),
            landlock: landlock_version(),
            groups: groups::find(),
            root: isolate::is_root(),
            languages: LANGUAGES.iter().map(|l| (l, l.runtime())).collect(),
        }
    }
}

impl fmt::Display for Doctor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let user = if self.root { "root (programs run as nobody)" } else { "an ordinary user" };
        writeln!(f, "user          {user}")?;
        match &self.full {
            Ok(()) => writeln!(f, "isolation     full: namespaces, own root, no network, limits, seccomp")?,
            Err(e) => writeln!(f, "isolation     full level refused: {e}")?,
        }
        match &self.restricted {
            Ok(()) => writeln!(f, "restricted    works, used only where it is asked for")?,
            Err(e) => writeln!(f, "restricted    refused: {e}")?,
        }
        match self.landlock {
            0 => writeln!(f, "Landlock      not in this kernel; the other layers hold without it")?,
            version => writeln!(f, "Landlock      version {version}")?,
        }
        writeln!(f, "memory        address space per process, resident memory of all watched every 20 ms")?;
        match &self.groups {
            Ok(place) => {
                writeln!(f, "groups        memory and processes of a run bounded below {}", place.display())?
            }
            Err(why) => writeln!(f, "groups        none: {why}; the other limits hold without them")?,
        }
        for (language, runtime) in &self.languages {
            match runtime {
                Ok(r) => writeln!(f, "{:<13} {} ({})", language.name, r.version, r.tool.display())?,
                Err(_) => writeln!(f, "{:<13} not found (`{}`)", language.name, language.command)?,
            }
        }
        Ok(())
    }
}

/// Runs `true` with every layer of a level.
pub(crate) fn probe(level: Level) -> Result<(), Error> {
    let limits = Limits::default();
    let work = std::env::temp_dir().to_string_lossy().into_owned();
    let jail = Jail {
        level,
        limits: &limits,
        visible: &[],
        files: &[],
        proc: false,
        address_space: true,
        work: if level == Level::Full { "/box" } else { &work },
    };
    let steps = isolate::cold(&jail);
    let nowhere = null()?;
    let argv = ["/bin/true".to_string()];
    let fds = [nowhere, nowhere, nowhere];
    let mut process =
        launch(&Launch { steps: &steps, level, group: None, argv: &argv, env: &[], fds: &fds, tied: true })?;
    let exit = process.wait()?;
    if exit.status == 0 {
        Ok(())
    } else {
        Err(failed("running `true` in a sandbox")(std::io::Error::other(format!("status {}", exit.status))))
    }
}

//! The settings of the service, their defaults, and the reason of each.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What the variables of the environment begin with.
pub(crate) const PREFIX: &str = "VASCA_";
/// The name that its users had for the number of slots before there was a service.
pub(crate) const SLOTS_OF_OLD: &str = "MAX_CONCURRENT_BUILDS";
/// More slots than any machine has processors: each is a process.
pub const SLOTS_MAX: u16 = 1024;

/// Every setting. A key that is none of them is refused in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the service listens.
    pub listen: SocketAddr,
    /// Where `/metrics` is, if not beside everything else.
    pub metrics_listen: Option<SocketAddr>,
    /// Whether it may listen beyond this machine, though it asks nobody who they are.
    pub insecure: bool,
    /// Where everything is kept; nothing means the platform's folder for it.
    pub data_dir: Option<PathBuf>,
    /// How many builds run at once; nothing means the processors less one.
    pub slots: Option<u16>,
    /// Builds that wait. 1,024 of a millisecond are a second, and more than anybody sits out.
    pub queue: usize,
    /// Bytes of source that wait: half of what 1,024 of ordinary size come to, many times over,
    /// and an eighth of what the largest would.
    pub queue_bytes: usize,
    /// Bytes of a request's body: the largest source with every character escaped, and room.
    pub body_bytes: usize,
    /// The longest that an answer is held back, in milliseconds: proxies give up after a minute.
    pub wait_ms: u64,
    /// How long a request's body may take to come, in milliseconds.
    pub request_ms: u64,
    /// How long a connection may be idle, and the head of its next request may take, in milliseconds.
    /// Longer than clients and proxies keep theirs, mostly a minute, so that they close first and no
    /// request is lost.
    pub idle_ms: u64,
    /// Connections at once. Each is a descriptor and some kilobytes.
    pub connections: usize,
    /// How long running builds have to end when the service is stopped, in milliseconds. Less
    /// than the thirty seconds after which orchestrators kill.
    pub grace_ms: u64,
    /// Bytes that the disk must have left for a build to be accepted: enough for everything that
    /// was accepted to end.
    pub reserve_bytes: u64,
    /// Days after which a build is forgotten.
    pub records_days: u32,
    /// Origins whose pages may submit builds and read the table, such as `https://app.example.com`.
    /// Modules may be imported from anywhere.
    pub cors_origins: Vec<String>,
    /// Names that requests may be meant for, besides `localhost` and addresses: those by which a proxy
    /// passes them on.
    pub allowed_hosts: Vec<String>,
    /// Files with profiles: which modules a page provides, by which globals. Paths are relative to the
    /// working directory.
    pub profiles: Vec<PathBuf>,
    /// Names of `record_metric` that Prometheus sees, each with the tags that become labels.
    pub exported_points: Vec<ExportedPoint>,
}

/// A name of `record_metric` that Prometheus sees.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedPoint {
    /// The name.
    pub name: String,
    /// The tags that become labels.
    #[serde(default)]
    pub tags: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 4040)),
            metrics_listen: None,
            insecure: false,
            data_dir: None,
            slots: None,
            queue: 1024,
            queue_bytes: 256 << 20,
            body_bytes: 8 << 20,
            wait_ms: 60_000,
            request_ms: 15_000,
            idle_ms: 75_000,
            connections: 4096,
            grace_ms: 20_000,
            reserve_bytes: 64 << 20,
            records_days: 30,
            cors_origins: Vec::new(),
            allowed_hosts: Vec::new(),
            profiles: Vec::new(),
            exported_points: Vec::new(),
        }
    }
}

/// Why there are no settings to start with.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// Something is no value of its setting, or no setting.
    #[error("{0}")]
    Unreadable(Box<figment::Error>),
    /// A file was named that is not there.
    #[error("the configuration file {} cannot be read", .0.display())]
    NoFile(PathBuf),
    /// A value does not hold.
    #[error("`{key}` {problem} (it comes from {origin})")]
    Invalid {
        /// The setting.
        key: &'static str,
        /// What is wrong.
        problem: String,
        /// Where the value came from.
        origin: String,
    },
    /// Variables of the environment do not hold.
    #[error("{0}")]
    Environment(String),
}

/// How many slots the environment asks for, by the service's own variable and by the name that its
/// users had before; one that is not set, or empty, says nothing. Two that differ are refused.
///
/// # Errors
/// A sentence that names the variable.
pub fn slots_from_environment(
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<Option<u16>, String> {
    let names = [format!("{PREFIX}SLOTS"), SLOTS_OF_OLD.to_owned()];
    let mut slots = None;
    for name in &names {
        let Some(value) = variable(name).filter(|value| !value.is_empty()) else {
            continue;
        };
        let number = match value.to_str().and_then(|text| text.parse().ok()) {
            Some(number) if (1..=SLOTS_MAX).contains(&number) => number,
            _ => {
                return Err(format!(
                    "{name} is {value:?}; it must be a number from 1 to {SLOTS_MAX}."
                ));
            }
        };
        if slots.is_some_and(|other| other != number) {
            let names = names.join(" and ");
            return Err(format!("{names} say different numbers; unset one of them."));
        }
        slots = Some(number);
    }
    Ok(slots)
}

/// The platform's folder for what a program keeps, with our name below it.
///
/// # Errors
/// When there is no home to put it in.
pub fn platform_folder() -> Result<PathBuf, ConfigError> {
    use etcetera::BaseStrategy;
    let strategy = etcetera::choose_base_strategy().map_err(|error| ConfigError::Invalid {
        key: "data_dir",
        problem: format!("has no default here ({error}): say --data-dir"),
        origin: "the defaults".to_owned(),
    })?;
    Ok(strategy.data_dir().join("vasca"))
}

#[cfg(test)]
mod tests {
    use super::slots_from_environment;
    use std::ffi::OsString;

    fn slots(ours: &str, theirs: &str) -> Result<Option<u16>, String> {
        slots_from_environment(|name| {
            Some(OsString::from(if name == "VASCA_SLOTS" {
                ours
            } else {
                theirs
            }))
        })
    }

    #[test]
    fn either_variable_says_how_many_slots_and_both_must_agree() {
        assert_eq!(slots("", ""), Ok(None));
        assert_eq!(slots("3", ""), Ok(Some(3)));
        assert_eq!(slots("", "2"), Ok(Some(2)));
        assert_eq!(slots("2", "2"), Ok(Some(2)));
        assert!(slots("2", "3").unwrap_err().contains("different"));
    }

    #[test]
    fn a_variable_that_is_no_number_of_slots_is_named() {
        for wrong in ["0", "1025", "-1", "many", "1.5"] {
            let ours = slots(wrong, "").unwrap_err();
            assert!(ours.contains("VASCA_SLOTS is"), "{wrong}: {ours}");
            let theirs = slots("", wrong).unwrap_err();
            assert!(
                theirs.contains("MAX_CONCURRENT_BUILDS is"),
                "{wrong}: {theirs}"
            );
        }
    }
}

//! Reads the settings: defaults, then the file, then the environment, then the flags. They are
//! checked once, at the start, and an error names the setting and where its value came from.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use figment::providers::{Env, Format, Serialized, Toml};
use figment::{Figment, Source};
use serde::Serialize;

use crate::config::{
    Config, ConfigError, ExportedPoint, PREFIX, SLOTS_MAX, SLOTS_OF_OLD, slots_from_environment,
};
use crate::profiles::OwnProfiles;

/// The file that is read from the working directory when none is named.
const FILE: &str = "vasca.toml";

/// The flags that were given; what was not is left to the others.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Flags {
    /// See [`Config::listen`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<SocketAddr>,
    /// See [`Config::metrics_listen`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub metrics_listen: Option<SocketAddr>,
    /// See [`Config::insecure`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insecure: Option<bool>,
    /// See [`Config::data_dir`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_dir: Option<PathBuf>,
    /// See [`Config::slots`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slots: Option<u16>,
}

/// The settings in force, and where each came from.
#[derive(Debug)]
pub struct Settings {
    /// The settings.
    pub config: Config,
    /// Variables of the environment that begin as ours do and are none of ours.
    pub unknown_variables: Vec<String>,
    figment: Figment,
}

impl Settings {
    /// Reads and checks everything. Without `file`, `vasca.toml` in the working directory is read
    /// if it is there.
    ///
    /// # Errors
    /// The first setting that does not hold.
    pub fn read(file: Option<&Path>, flags: &Flags) -> Result<Self, ConfigError> {
        if let Some(file) = file.filter(|file| !file.is_file()) {
            return Err(ConfigError::NoFile(file.to_owned()));
        }
        let keys: Vec<String> = keys(&Config::default());
        let names: Vec<&str> = keys.iter().map(String::as_str).collect();
        let here = Path::new(FILE);
        let file = file.or_else(|| here.is_file().then_some(here));
        let figment = Figment::from(Serialized::defaults(Config::default()));
        let figment = match file {
            Some(file) => figment.merge(Toml::file_exact(file)),
            None => figment,
        };
        let figment = figment.merge(Env::prefixed(PREFIX).only(&names).ignore(&["slots"]));
        let variable = |name: &str| std::env::var_os(name);
        let slots = slots_from_environment(variable).map_err(ConfigError::Environment)?;
        let figment = match slots {
            Some(slots) => {
                let origin = format!("the environment ({PREFIX}SLOTS or {SLOTS_OF_OLD})");
                let provider = Serialized::default("slots", slots);
                figment.merge(Named(provider, origin))
            }
            None => figment,
        };
        let figment = figment.merge(Named(Serialized::defaults(flags), "the flags".to_owned()));
        let config = figment
            .extract()
            .map_err(|error| ConfigError::Unreadable(Box::new(error)))?;
        let settings = Self {
            config,
            unknown_variables: unknown_variables(&keys),
            figment,
        };
        settings.check()?;
        Ok(settings)
    }

    /// Each setting with its value, as TOML, and where it came from.
    #[must_use]
    pub fn lines(&self) -> Vec<(String, String, String)> {
        let line = |key: String| {
            let value = self.figment.find_value(&key).ok();
            let text = value.map_or("unset".to_owned(), |value| shown(&value));
            let origin = self.origin(&key);
            (key, text, origin)
        };
        keys(&self.config).into_iter().map(line).collect()
    }

    fn origin(&self, key: &str) -> String {
        let Some(metadata) = self.figment.find_metadata(key) else {
            return "the defaults".to_owned();
        };
        match (&metadata.source, metadata.name.as_ref()) {
            (Some(Source::File(path)), _) => format!("the file {}", path.display()),
            (_, name) if name.contains("environment variable") => {
                format!("the environment ({PREFIX}{})", key.to_uppercase())
            }
            (_, name) if name.starts_with("the ") => name.to_owned(),
            _ => "the defaults".to_owned(),
        }
    }

    fn check(&self) -> Result<(), ConfigError> {
        let mut problems = addresses(&self.config)
            .into_iter()
            .chain(amounts(&self.config));
        let invalid = |key, problem| ConfigError::Invalid {
            key,
            problem,
            origin: self.origin(key),
        };
        if let Some((key, _, problem)) = problems.find(|(_, holds, _)| !holds) {
            return Err(invalid(key, problem.to_owned()));
        }
        match OwnProfiles::read(&self.config.profiles) {
            Ok(_) => Ok(()),
            Err(error) => Err(invalid("profiles", format!("cannot be used: {error}"))),
        }
    }
}

/// A setting, whether it holds, and what it must be.
type Check = (&'static str, bool, &'static str);

fn addresses(it: &Config) -> Vec<Check> {
    let is_safe = |address: SocketAddr| it.insecure || address.ip().to_canonical().is_loopback();
    let origins = &it.cors_origins;
    let are_origins = origins.len() <= 64 && origins.iter().all(|origin| is_origin(origin));
    vec![
        ("listen", is_safe(it.listen), EXPOSED),
        (
            "metrics_listen",
            it.metrics_listen.is_none_or(is_safe),
            EXPOSED,
        ),
        ("cors_origins", are_origins, ORIGINS),
        (
            "allowed_hosts",
            it.allowed_hosts.len() <= 64,
            "must be at most 64 names",
        ),
    ]
}

fn amounts(it: &Config) -> Vec<Check> {
    let slots = it
        .slots
        .is_none_or(|slots| (1..=SLOTS_MAX).contains(&slots));
    let is_waitable = |milliseconds: u64| milliseconds <= 600_000;
    let request = it.request_ms >= 100 && is_waitable(it.request_ms);
    let idle = it.idle_ms >= 100 && is_waitable(it.idle_ms);
    let body = (1024..=64 << 20).contains(&it.body_bytes);
    let connections = (1..=1_000_000).contains(&it.connections);
    vec![
        ("slots", slots, "must be from 1 to 1024"),
        (
            "queue",
            (1..=100_000).contains(&it.queue),
            "must be from 1 to 100000",
        ),
        (
            "queue_bytes",
            it.queue_bytes >= 4 << 20,
            "must be at least 4194304",
        ),
        ("body_bytes", body, "must be from 1024 to 67108864"),
        ("wait_ms", is_waitable(it.wait_ms), "must be at most 600000"),
        ("request_ms", request, "must be from 100 to 600000"),
        ("idle_ms", idle, "must be from 100 to 600000"),
        ("connections", connections, "must be from 1 to 1000000"),
        (
            "grace_ms",
            is_waitable(it.grace_ms),
            "must be at most 600000",
        ),
        (
            "records_days",
            (1..=3650).contains(&it.records_days),
            "must be from 1 to 3650",
        ),
        (
            "exported_points",
            are_exportable(&it.exported_points),
            POINTS,
        ),
    ]
}

/// Whether Prometheus can take these beside what it gets already, without two things of one name.
fn are_exportable(points: &[ExportedPoint]) -> bool {
    let is_name = |name: &str| {
        let is_letter = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
        name.len() <= 64
            && name.bytes().next().is_some_and(is_letter)
            && name
                .bytes()
                .all(|byte| is_letter(byte) || byte.is_ascii_digit())
    };
    let is_free = |name: &str| !name.starts_with("vasca_") && !name.starts_with("process_");
    let is_label = |label: &str| {
        is_name(label)
            && !["le", "quantile", "outcome"].contains(&label)
            && !label.starts_with("__")
    };
    let names: BTreeSet<_> = points.iter().map(|point| &point.name).collect();
    let holds = |point: &ExportedPoint| {
        let labels: BTreeSet<_> = point.tags.iter().collect();
        is_name(&point.name)
            && is_free(&point.name)
            && point.tags.iter().all(|label| is_label(label))
            && labels.len() == point.tags.len()
            && labels.len() <= 8
    };
    points.len() <= 64 && names.len() == points.len() && points.iter().all(holds)
}

const POINTS: &str = "must be at most 64 different names of letters, digits and `_` that do not begin with \
    `vasca_` or `process_`, each with at most 8 different tags that are such names and not `le`, \
    `quantile` or `outcome`";
const ORIGINS: &str = "must be at most 64 origins such as https://app.example.com, without a path";

/// Whether a text is an origin as browsers send it: a scheme and a host, and nothing behind them.
fn is_origin(text: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    host.is_some_and(|host| {
        // Browsers send it in lower case.
        let is_plain = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte)
        };
        !host.is_empty() && host.len() <= 255 && host.bytes().all(is_plain)
    })
}

const EXPOSED: &str = "is an address beyond this machine, and the service asks nobody who they are: \
    whoever reaches it may use it. Listen on 127.0.0.1 behind a proxy that does ask, or say \
    --insecure if that is what you want";

/// A provider under a name of ours.
struct Named<P>(P, String);

impl<P: figment::Provider> figment::Provider for Named<P> {
    fn metadata(&self) -> figment::Metadata {
        figment::Metadata::named(self.1.clone())
    }

    fn data(
        &self,
    ) -> Result<figment::value::Map<figment::Profile, figment::value::Dict>, figment::Error> {
        self.0.data()
    }
}

/// The names of all settings.
fn keys(config: &Config) -> Vec<String> {
    let fields = serde_json::to_value(config).unwrap_or_default();
    let fields = fields.as_object().cloned().unwrap_or_default();
    fields.into_iter().map(|(key, _)| key).collect()
}

fn shown(value: &figment::value::Value) -> String {
    match serde_json::to_string(value) {
        Ok(text) if text == "null" => "unset".to_owned(),
        Ok(text) => text,
        Err(error) => error.to_string(),
    }
}

fn unknown_variables(keys: &[String]) -> Vec<String> {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let ours = names.filter(|name| {
        let key = name.strip_prefix(PREFIX).map(str::to_lowercase);
        key.is_some_and(|key| !keys.contains(&key))
    });
    ours.collect()
}

#[cfg(test)]
mod tests {
    use super::{Flags, Settings};
    use crate::config::ConfigError;
    use std::path::PathBuf;

    fn file(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings.toml");
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[test]
    fn flags_go_before_the_file_and_the_file_before_the_defaults() {
        let (_folder, path) = file("queue = 7\nslots = 3\n");
        let flags = Flags {
            slots: Some(2),
            ..Flags::default()
        };
        let settings = Settings::read(Some(&path), &flags).unwrap();
        assert_eq!((settings.config.queue, settings.config.slots), (7, Some(2)));
        let origin = |key: &str| {
            let lines = settings.lines();
            lines.into_iter().find(|line| line.0 == key).unwrap().2
        };
        assert!(
            origin("queue").contains("settings.toml"),
            "{}",
            origin("queue")
        );
        assert_eq!(origin("slots"), "the flags");
        assert_eq!(origin("body_bytes"), "the defaults");
    }

    #[test]
    fn what_is_no_setting_or_no_value_of_one_is_named() {
        for (text, named) in [
            ("queu = 7", "queu"),
            ("queue = \"many\"", "queue"),
            ("queue = 0", "`queue` must be"),
            ("slots = 0", "`slots` must be"),
            ("listen = \"0.0.0.0:4040\"", "--insecure"),
            ("listen = \"[::]:4040\"", "--insecure"),
            (
                "metrics_listen = \"10.0.0.1:9\"",
                "`metrics_listen` is an address",
            ),
        ] {
            let (_folder, path) = file(text);
            let error = Settings::read(Some(&path), &Flags::default()).unwrap_err();
            assert!(error.to_string().contains(named), "{text}: {error}");
        }
        let (_folder, path) = file("listen = \"0.0.0.0:1\"\ninsecure = true");
        assert!(Settings::read(Some(&path), &Flags::default()).is_ok());
    }

    #[test]
    fn a_file_that_was_named_must_be_there() {
        let missing = PathBuf::from("/nowhere/vasca.toml");
        let error = Settings::read(Some(&missing), &Flags::default()).unwrap_err();
        assert!(matches!(error, ConfigError::NoFile(_)));
    }
}

//! `vasca serve` and `vasca config`.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::app::App;
use crate::cli::exit::{Exit, complain};
use crate::settings::{Flags, Settings};
use crate::telemetry;

/// Takes builds over HTTP, records each one durably, and serves the modules.
///
/// SIGTERM or Ctrl-C ends it: builds that run may finish, those that wait are kept for the next
/// start. Exit codes: 0 ended as told, 2 wrong usage or a setting that does not hold, 3 it could not
/// start.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vasca serve                                      at http://127.0.0.1:4040
  vasca serve --listen 127.0.0.1:8080 --data-dir /var/lib/vasca
  MAX_CONCURRENT_BUILDS=3 vasca serve

Every setting can also stand in vasca.toml, or in the environment as VASCA_ and its name;
`vasca config` shows those in force.")]
pub(super) struct ServeArguments {
    /// Where to listen [default: 127.0.0.1:4040].
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Where to keep everything [default: the platform's folder for it].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// How many builds run at once [default: processors less one].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    slots: Option<u16>,
    /// Where `/metrics` is, if not beside everything else.
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<SocketAddr>,
    /// Listen beyond this machine, though nobody is asked who they are.
    #[arg(long)]
    insecure: bool,
    /// The file with the settings [default: vasca.toml, if it is there].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

impl ServeArguments {
    /// The settings in force; the error is for the user.
    fn settings(&self) -> Result<Settings, String> {
        let flags = Flags {
            listen: self.listen,
            metrics_listen: self.metrics_listen,
            insecure: self.insecure.then_some(true),
            data_dir: self.data_dir.clone(),
            slots: self.slots,
        };
        Settings::read(self.config.as_deref(), &flags).map_err(|error| error.to_string())
    }
}

/// Runs the service until it is told to end.
pub(super) fn serve(arguments: &ServeArguments) -> Exit {
    let settings = match arguments.settings() {
        Ok(settings) => settings,
        Err(message) => {
            complain(&message);
            return Exit::Usage;
        }
    };
    telemetry::start();
    for name in &settings.unknown_variables {
        tracing::warn!("the environment has {name}, which is no setting");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(run(settings));
            // What still blocks is a disk, and nobody's answer.
            runtime.shutdown_background();
            exit
        }
        Err(error) => {
            complain(&format!("no runtime could be started: {error}."));
            Exit::SystemError
        }
    }
}

async fn run(settings: Settings) -> Exit {
    // Heard from here on, so that one that comes during the start ends it in order too.
    let signals = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    );
    let (mut terminate, mut interrupt) = match signals {
        (Ok(terminate), Ok(interrupt)) => (terminate, interrupt),
        (Err(error), _) | (_, Err(error)) => {
            complain(&format!("signals cannot be heard: {error}."));
            return Exit::SystemError;
        }
    };
    let app = match App::start(settings.config).await {
        Ok(app) => app,
        Err(error) => {
            complain(&format!("{error}."));
            return Exit::SystemError;
        }
    };
    if let Err(error) = announce(&app) {
        // Whoever started it does not listen; the log says it too.
        tracing::debug!(%error, "standard output is closed");
    }
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("ending: builds that run may finish, those that wait are kept");
    tokio::select! {
        left = app.shutdown() => {
            tracing::info!(left, "ended");
            Exit::Built
        }
        // Whoever says it twice does not want to wait. What was acknowledged is durable already.
        _ = interrupt.recv() => {
            complain("ended at once; builds that ran are run again after the next start.");
            Exit::SystemError
        }
    }
}

/// Says where it is, a line for each address, for people and for scripts.
fn announce(app: &App) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let names = ["listening on", "metrics on"];
    for (name, address) in names.iter().zip(app.addresses()) {
        writeln!(out, "{name} http://{address}")?;
    }
    out.flush()?;
    tracing::info!(data_dir = %app.data_dir().display(), version = env!("CARGO_PKG_VERSION"), "started");
    Ok(())
}

/// Prints the settings in force.
pub(super) fn config(arguments: &ServeArguments) -> Exit {
    let settings = match arguments.settings() {
        Ok(settings) => settings,
        Err(message) => {
            complain(&message);
            return Exit::Usage;
        }
    };
    let mut out = io::stdout().lock();
    for (key, value, origin) in settings.lines() {
        if writeln!(out, "{key} = {value}  # {origin}").is_err() {
            return Exit::SystemError;
        }
    }
    Exit::Built
}

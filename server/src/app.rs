//! The composition root: the one file that puts everything together.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use vasca_scheduler::Slots;

use crate::artifacts::Objects;
use crate::config::{Config, ConfigError, platform_folder};
use crate::http::listen::{self, ConnectionLimits};
use crate::http::{Service, metrics_router, router};
use crate::metrics::exporter::Exporter;
use crate::metrics::measure::Points;
use crate::metrics::observe;
use crate::pipeline::service::{Limits, Parts, Pipeline};
use crate::pool::{Pool, PoolSize};
use crate::profiles::{OwnProfiles, ProfilesError};
use crate::records::ballast::Ballast;
use crate::records::committer::{Commit, Committer, Observer};
use crate::records::directory::{Directory, DirectoryError};
use crate::records::files::Mended;
use crate::records::sled::{Said, SledStore};
use crate::records::store::{RecordStore, StoreError};

/// Warm workers beyond the slots: one takes the place of a worker that was killed.
const SPARES: usize = 1;
/// How often the numbers are moved into their buckets.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);
/// How long requests that are being answered have when everything else has ended.
const LAST_ANSWERS: Duration = Duration::from_secs(2);

/// Why the service does not start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// A setting does not hold.
    #[error("{0}")]
    Config(#[from] ConfigError),
    /// The data directory cannot be had.
    #[error("{0}")]
    Directory(#[from] DirectoryError),
    /// The table cannot be opened.
    #[error("the table of builds in {} cannot be opened: {error}", path.display())]
    Store {
        /// Where it lies.
        path: PathBuf,
        /// Why not.
        error: StoreError,
    },
    /// The profiles cannot be used.
    #[error("{0}")]
    Profiles(#[from] ProfilesError),
    /// The workers cannot be started.
    #[error("the workers could not be started: {0}")]
    Workers(vasca_scheduler::ConfigError),
    /// It cannot listen.
    #[error("{0}")]
    Listen(String),
    /// The machine has not what it takes.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// A service that listens.
pub struct App {
    service: Arc<Service>,
    addresses: Vec<SocketAddr>,
    stop: watch::Sender<bool>,
    serving: JoinSet<()>,
    /// Held until everything is written.
    directory: Directory,
}

impl App {
    /// Starts everything: takes the data directory, opens the table, queues what an earlier life
    /// has left, and listens. Must be called within a runtime.
    ///
    /// # Errors
    /// Why it does not start; nothing is left running then.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let path = config.data_dir.clone().map_or_else(platform_folder, Ok)?;
        let mut directory = Directory::hold(&path)?;
        // Before anything is run: a start that fails must not cost a build one of its attempts.
        let listeners = Listeners::bind(&config).await?;
        let exporter = Exporter::new(&config.exported_points);
        let (store, committer) = open_table(&directory, &config, &exporter)?;
        let failed = |error| StartError::Store {
            path: path.clone(),
            error,
        };
        let objects = Objects::local(&directory.objects()).map_err(failed)?;
        let exported = config.exported_points.clone();
        let points = Points::new(committer.clone(), exporter.clone(), exported);
        if !(points.install() && exporter.install()) {
            tracing::warn!(
                "record_metric goes to a service that was started before in this process"
            );
        }
        // Everything that was accepted has a place, also when the queue has been made smaller since.
        let left = store.unfinished().map_err(failed)?;
        let pool = start_pool(&config, left.len())?;
        show(&exporter, &pool, &config);
        let parts = Parts {
            pool,
            committer,
            store,
            objects,
            exporter: exporter.clone(),
        };
        let limits = Limits {
            queue: config.queue,
            queue_bytes: config.queue_bytes,
        };
        let boot_id = ulid::Ulid::generate().to_string();
        let pipeline = Pipeline::start(parts, limits, boot_id, left).await;
        let service = Arc::new(Service::new(pipeline.map_err(failed)?, config));
        let address = listeners.addresses.first().map(|it| format!("http://{it}"));
        if let Err(error) = directory.say_holder(address) {
            tracing::warn!(%error, "the data directory does not say who holds it");
        }
        let mut app = Self::listen(service, listeners, directory);
        app.serving.spawn(keep_up(exporter, app.stop.subscribe()));
        Ok(app)
    }

    fn listen(service: Arc<Service>, listeners: Listeners, directory: Directory) -> Self {
        let config = &service.config;
        let limits = ConnectionLimits {
            connections: config.connections,
            head: Duration::from_millis(config.idle_ms),
            drain: LAST_ANSWERS,
        };
        let routers = [
            router(Arc::clone(&service)),
            metrics_router(Arc::clone(&service)),
        ];
        let (stop, stopped) = watch::channel(false);
        let mut serving = JoinSet::new();
        for (listener, router) in listeners.sockets.into_iter().zip(routers) {
            serving.spawn(listen::serve(listener, router, limits, stopped.clone()));
        }
        Self {
            service,
            addresses: listeners.addresses,
            stop,
            serving,
            directory,
        }
    }

    /// Where it listens: the service, and `/metrics` if that has an address of its own.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Where it keeps everything.
    #[must_use]
    pub fn data_dir(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Ends the service: takes no more builds, gives those that run the configured grace, leaves
    /// the rest to the next start, answers what was asked. Gives how many builds were left.
    pub async fn shutdown(mut self) -> usize {
        let grace = Duration::from_millis(self.service.config.grace_ms);
        let left = self.service.pipeline.shutdown(grace).await;
        self.stop.send_replace(true);
        while self.serving.join_next().await.is_some() {}
        left
    }
}

/// The sockets: the service's, and that of `/metrics` if it has one.
struct Listeners {
    sockets: Vec<TcpListener>,
    addresses: Vec<SocketAddr>,
}

impl Listeners {
    async fn bind(config: &Config) -> Result<Self, StartError> {
        let mut all = Self {
            sockets: Vec::new(),
            addresses: Vec::new(),
        };
        for address in [Some(config.listen), config.metrics_listen]
            .into_iter()
            .flatten()
        {
            let socket = listen::bind(address).await.map_err(StartError::Listen)?;
            all.addresses.push(socket.local_addr()?);
            all.sockets.push(socket);
        }
        Ok(all)
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("App")
            .field("addresses", &self.addresses)
            .finish_non_exhaustive()
    }
}

fn open_table(
    directory: &Directory,
    config: &Config,
    exporter: &Exporter,
) -> Result<(Arc<dyn RecordStore>, Committer), StartError> {
    let path = directory.store();
    let said = |exporter: Exporter| -> Said {
        Box::new(move |mended: &Mended| {
            tracing::warn!("{mended}");
            if matches!(mended, Mended::Unreadable { .. }) {
                observe::corrupt(&exporter);
            }
        })
    };
    let ballast = Ballast::of(directory);
    let store = match SledStore::open(&path, said(exporter.clone())) {
        // A full disk: what was kept for this makes room to open the store and to end builds.
        Err(StoreError::Full { .. }) if ballast.release() => {
            tracing::warn!("the disk is full; the reserve of the data directory was released");
            SledStore::open(&path, said(exporter.clone()))
        }
        other => other,
    };
    ballast.restore(config.reserve_bytes);
    let store = store.map_err(|error| StartError::Store { path, error })?;
    let store: Arc<dyn RecordStore> = Arc::new(store);
    let observer = watched(exporter.clone());
    let committer = Committer::start(Arc::clone(&store), config.reserve_bytes, observer)?;
    Ok((store, committer))
}

/// Counts what the committer does, and says what an operator must know.
fn watched(exporter: Exporter) -> Observer {
    Box::new(move |commit: Commit<'_>| {
        observe::committed(&exporter, &commit);
        match commit {
            Commit::Failed { error } => {
                tracing::error!(%error, "the table of builds is out of order")
            }
            Commit::Recovered => tracing::info!("the table of builds is in order again"),
            Commit::Written { .. } | Commit::Lost { .. } => {}
        }
    })
}

fn start_pool(config: &Config, left: usize) -> Result<Pool, StartError> {
    let slots = config
        .slots
        .map_or(Slots::default(), |slots| Slots::Exactly(slots.into()));
    let size = PoolSize {
        slots,
        spares: SPARES,
        queue: config.queue.max(left),
    };
    let profiles = OwnProfiles::read(&config.profiles)?;
    Pool::start(size, &profiles).map_err(StartError::Workers)
}

/// Shows what is there before anything has happened.
fn show(exporter: &Exporter, pool: &Pool, config: &Config) {
    let registry = pool.registry();
    let builders = registry.kinds().filter_map(|kind| {
        let builder = registry.get(kind).ok()?;
        Some((kind, builder.version().to_owned()))
    });
    let builders: Vec<_> = builders.collect();
    observe::started(
        exporter,
        &builders,
        pool.scheduler().stats().slots,
        config.queue,
    );
}

/// Moves numbers into their buckets while nobody scrapes.
async fn keep_up(exporter: Exporter, mut stop: watch::Receiver<bool>) {
    let mut ticks = tokio::time::interval(UPKEEP_EVERY);
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = ticks.tick() => exporter.upkeep(),
        }
    }
}

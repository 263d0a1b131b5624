//! An embeddable priority job scheduler.

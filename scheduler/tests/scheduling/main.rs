//! What the scheduler promises, seen from outside: a module for each promise. They share a binary,
//! so that those which wait and those which compute run at once.

mod corners;
mod ending;
mod fairness;
#[path = "../fixtures/mod.rs"]
mod fixtures;
mod leftovers;
mod limits;
mod manual;
mod nesting;
mod order;
mod pausing;
mod piscina;
mod reserving;
mod retrying;
mod room;
mod shutdown;
mod slot_states;
mod starting;
mod threads;
mod timing;
mod tokens;
mod unique;

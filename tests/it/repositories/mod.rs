//! The database layer and the statements, below the services: the same on both engines.

mod cancelled_writes;
mod lists;
mod plans;
mod samples;
mod schema;
mod statements;
mod transactions;
mod violations;

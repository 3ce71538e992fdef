//! `migrate`: brings the database to this version's schema.

use super::{End, setup};
use crate::core::{
    configuration::Configuration,
    database::{Db, Reach},
};

pub(super) async fn run(configuration: Configuration) -> End {
    let db = match Db::open(&configuration.database).await {
        Ok(db) => db,
        Err(error) => return End::NotDone(error.to_string()),
    };
    match db.reach().await {
        Reach::Reached => {}
        Reach::Refused(sentence) => return End::BadConfiguration(vec![format!("DATABASE_URL: {sentence}")]),
        Reach::Away(error) => {
            return End::NotDone(format!("{error}; check DATABASE_URL and whether the database runs"));
        }
    }
    let end = match db.migrate().await {
        Ok(done) if done.is_empty() => {
            say!("The schema is up to date.");
            End::Done
        }
        Ok(done) => {
            say!("Applied: {}.", done.join(", "));
            End::Done
        }
        Err(error) => setup::explain(error.into()),
    };
    db.close().await;
    end
}

//! The waiting logins of `POST /login-lanes`, and the threads that hash them.
use std::sync::{Arc, Condvar, Mutex};

use tokio::sync::oneshot;

use crate::lanes;

pub type Job = (Vec<u8>, oneshot::Sender<[u8; 24]>);
#[derive(Default)]
pub struct Queue {
    pub q: Mutex<std::collections::VecDeque<Job>>,
    pub c: Condvar,
}
const SALT: [u8; 16] = [5; 16];
/// One thread that hashes up to six waiting logins at once.
pub fn hasher(q: Arc<Queue>, nice: i32) {
    // on Linux the nice value belongs to the thread
    unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, nice) };
    loop {
        let mut jobs = q.q.lock().unwrap();
        while jobs.is_empty() {
            jobs = q.c.wait(jobs).unwrap();
        }
        let n = jobs.len().min(6);
        let batch: Vec<Job> = jobs.drain(..n).collect();
        drop(jobs);
        fn run<const L: usize>(b: &[Job]) -> Vec<[u8; 24]> {
            lanes::bcrypt_raw::<L>(12, &[SALT; L], &std::array::from_fn(|i| b[i].0.as_slice())).to_vec()
        }
        let out = match n {
            1 => run::<1>(&batch),
            2 => run::<2>(&batch),
            3 => run::<3>(&batch),
            4 => run::<4>(&batch),
            5 => run::<5>(&batch),
            _ => run::<6>(&batch),
        };
        for (j, o) in batch.into_iter().zip(out) {
            let _ = j.1.send(o);
        }
    }
}

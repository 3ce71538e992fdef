//! Every text that a person reads, in English and in French: the compiler sees to it that neither is missing.

pub mod device;
pub mod faults;
pub mod mails;
pub mod pages;
pub mod problems;

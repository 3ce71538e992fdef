//! Every text that a person reads, in English and in French: the compiler sees to it that neither is missing.

pub mod billing;
pub mod console;
pub mod device;
pub mod exports;
pub mod faults;
pub mod import_lines;
pub mod mails;
pub mod money;
pub mod pages;
pub mod problems;
pub mod simulated_stripe;
pub mod warnings;

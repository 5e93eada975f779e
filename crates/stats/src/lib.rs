//! The vocabulary of interface traffic.

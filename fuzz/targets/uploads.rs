#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| copilotkit_gate_fuzz::checks::uploads::run(data));

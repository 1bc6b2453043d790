# shellcheck shell=bash
# Sourced by the scripts whose own output matters more than that of what they call. LOG is the file for the latter.

# quietly COMMAND...: keeps what it prints in the log, and shows the end of that only if it fails.
quietly() {
    "$@" >>"$LOG" 2>&1 || {
        tail -n 40 "$LOG" >&2
        die "failed: $* (all of its output: ${LOG#"$ROOT/"})"
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

extension ArgumentHelp {
    /// Of `--idempotency-key`, which every command that makes something has.
    static let idempotencyKey = ArgumentHelp(
        "Makes it safe to repeat: the same command with the same text gets the same answer for an hour.",
        valueName: "text")
}

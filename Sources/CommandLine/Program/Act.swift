// SPDX-License-Identifier: Apache-2.0
internal import ArgumentParser

/// A command that does something, run with what stands around it; nothing is reached through globals.
protocol Act: ParsableCommand {
    /// Does it and says how it ended.
    func run(in surroundings: Surroundings) async throws -> ExitStatus
}

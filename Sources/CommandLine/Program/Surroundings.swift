// SPDX-License-Identifier: Apache-2.0
package import Access
package import BittingClient

/// What stands around a command: everything it can touch, so that a test can stand in for all of it.
package struct Surroundings: Sendable {
    /// The environment variables.
    package var environment: [String: String]
    /// Where it reads and writes.
    package var terminal: Terminal
    /// The engine.
    package var house: House
    /// How calls reach a server.
    package var transport: Transport
    /// The time.
    package var now: @Sendable () -> Instant
    /// Waits; throws if the wait was given up.
    package var pause: @Sendable (Duration) async throws -> Void
    /// Has a program take this process's place. Returns the error's number; 0 where it only seemed to.
    package var launch: @Sendable (Launch) -> Int32

    /// Surroundings of these parts.
    package init(
        environment: [String: String], terminal: Terminal, house: House, transport: Transport,
        now: @escaping @Sendable () -> Instant, pause: @escaping @Sendable (Duration) async throws -> Void,
        launch: @escaping @Sendable (Launch) -> Int32
    ) {
        self.environment = environment
        self.terminal = terminal
        self.house = house
        self.transport = transport
        self.now = now
        self.pause = pause
        self.launch = launch
    }

    /// The value of a flag: as given, or of its variable. An empty variable is none.
    func setting(_ given: String?, _ variable: String) -> String? {
        given ?? environment[variable].flatMap { $0.isEmpty ? nil : $0 }
    }
}

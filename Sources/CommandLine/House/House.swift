// SPDX-License-Identifier: Apache-2.0
package import Access

/// What the command line needs of the engine, which it may not know: the composition root fills it in.
///
/// What its closures throw should be `HouseFailure`; of any other error only the type is shown.
package struct House: Sendable {
    /// Makes a new data directory. Must refuse one that is initialised already, and then change nothing.
    package var initialize: @Sendable (InitOptions) async throws -> InitReport

    /// Serves until it is told to stop; returns once drained. Prints the line that says it is ready.
    package var serve: @Sendable (ServeOptions) async throws -> Void

    /// Hands over every event of a data directory, in the order of their sequence; stops at the first error of `body`.
    package var readEvents:
        @Sendable (_ directory: String, _ body: (_ event: Event) throws -> Void) async throws -> Void

    /// The checkpoints that lie in a data directory, and the key beside them.
    package var readCheckpoints: @Sendable (_ directory: String) async throws -> StoredCheckpoints

    /// The vault of a data directory.
    package var vault: VaultHouse

    /// The engine's side of `init`, `serve` and `audit verify DIR`.
    package init(
        initialize: @escaping @Sendable (InitOptions) async throws -> InitReport,
        serve: @escaping @Sendable (ServeOptions) async throws -> Void,
        readEvents:
            @escaping @Sendable (_ directory: String, _ body: (_ event: Event) throws -> Void) async throws -> Void,
        readCheckpoints: @escaping @Sendable (_ directory: String) async throws -> StoredCheckpoints,
        vault: VaultHouse = .none
    ) {
        self.initialize = initialize
        self.serve = serve
        self.readEvents = readEvents
        self.readCheckpoints = readCheckpoints
        self.vault = vault
    }
}

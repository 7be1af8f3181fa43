// SPDX-License-Identifier: Apache-2.0
package import HeldKeys
package import Secrets

/// What the control plane may do with the keys above the values.
package struct VaultPort: Sendable {
    package let keeping: Keeping
    package let erasure: Erasure
    /// The next master key, from the source that stands written on the server's own side, if it has this id; throws a
    /// `Refusal` when there is none, or it cannot be had.
    let stagedMasterKey: @Sendable (_ id: String) async throws -> MasterKey
    /// Has the staged source take the place of the former one.
    let settleMasterKey: @Sendable () async -> Void
    /// Empties the files of what was overwritten; whether that is done.
    let overwriteDeleted: @Sendable () async -> Bool

    /// A port; see the properties for what each part must do.
    package init(
        keeping: Keeping, erasure: Erasure,
        stagedMasterKey: @escaping @Sendable (_ id: String) async throws -> MasterKey,
        settleMasterKey: @escaping @Sendable () async -> Void, overwriteDeleted: @escaping @Sendable () async -> Bool
    ) {
        self.keeping = keeping
        self.erasure = erasure
        self.stagedMasterKey = stagedMasterKey
        self.settleMasterKey = settleMasterKey
        self.overwriteDeleted = overwriteDeleted
    }
}

// SPDX-License-Identifier: Apache-2.0
package import Access

/// Something that is done in the very change that stores a value, so that both are done or neither is.
package struct JoinedAct: Sendable {
    /// What the change as a whole is called in the trail.
    package let action: String
    /// Does it; a ``Refusal`` undoes the change.
    package let body: @Sendable (any CredentialRecords, inout EventNote, inout Credential) throws -> Void

    /// An act.
    package init(
        _ action: String,
        _ body: @escaping @Sendable (any CredentialRecords, inout EventNote, inout Credential) throws -> Void
    ) {
        self.action = action
        self.body = body
    }
}

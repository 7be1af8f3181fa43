// SPDX-License-Identifier: Apache-2.0
package import Access

extension Rotations {
    /// Ends a rotation that nobody waits for any more, if it has not touched anything yet. Within a change of somebody
    /// else's; false where it goes on.
    package static func cancelUnbegun(
        _ id: RotationID, isAwaited: Bool, _ records: any CredentialRecords, at now: Instant
    ) throws -> Bool {
        guard !isAwaited, var rotation = try records.rotation(id), rotation.reason == .offboarding,
            rotation.stage == .waiting || rotation.stage == .asked
        else { return false }
        let move = try rotation.cancel(at: now)
        try records.store(&rotation, move, at: now)
        return true
    }
}

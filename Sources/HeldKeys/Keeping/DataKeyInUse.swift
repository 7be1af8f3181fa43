// SPDX-License-Identifier: Apache-2.0
internal import Access
package import Secrets

/// A data key with which a value is about to be sealed.
package struct DataKeyInUse: Sendable {
    private let stored: DataKey
    private let isNew: Bool
    /// What seals.
    package let sealing: SealingKey

    init(stored: DataKey, isNew: Bool, sealing: SealingKey) {
        self.stored = stored
        self.isNew = isNew
        self.sealing = sealing
    }

    /// The account's keys are not what they were: ``DataKeys/forget(_:)`` and seal anew.
    package struct Changed: Error {}

    /// Stores the key if it is new; throws ``Changed`` if meanwhile another one seals, a ``Refusal`` if the account was
    /// erased.
    package func confirm(in records: any DataKeyRecords) throws {
        let newest = try records.newestDataKey(of: stored.account)
        guard newest?.erasedAt == nil else { throw DataKeys.erased }
        guard isNew else {
            guard newest?.number == stored.number else { throw Changed() }
            return
        }
        let next = newest.map { $0.number + 1 } ?? 0
        guard next == stored.number else { throw Changed() }
        try records.insert(stored)
    }
}

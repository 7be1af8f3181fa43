// SPDX-License-Identifier: Apache-2.0

extension Keyring {
    /// Makes data key `number` of `account` and wraps it under the newest term.
    ///
    /// An account's data keys count from 0. Each ciphertext has its key's number in front, so it says itself which key
    /// opens it.
    package func newDataKey(
        account: String, number: UInt32 = 0, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        newest().seal(Secret(count: 32, using: &random), for: Self.place(account, number))
    }

    /// Unwraps data key `number` of `account`.
    package func dataKey(_ box: [UInt8], account: String, number: UInt32 = 0) throws(SealFailure) -> SealingKey {
        let bytes = try term(of: box).open(box, from: Self.place(account, number))
        guard bytes.count == 32 else { throw .unreadable }
        return SealingKey(bytes, term: number)
    }

    /// The same data key wrapped under the newest term; nil when it is already.
    package func rewrapped(_ box: [UInt8], account: String, number: UInt32) throws(SealFailure) -> [UInt8]? {
        let term = newest()
        guard SealingKey.term(of: box) != term.term else { return nil }
        let key = try dataKey(box, account: account, number: number)
        return term.seal(key.bytes, for: Self.place(account, number))
    }

    /// The first key's place has no number: it is from when an account had one only.
    private static func place(_ account: String, _ number: UInt32) -> Place {
        number == 0 ? Place("data key", account) : Place("data key", account, String(number))
    }
}

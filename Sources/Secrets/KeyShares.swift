// SPDX-License-Identifier: Apache-2.0

/// Splitting a master key into shares and putting it together again (Shamir, "How to share a secret", 1979), byte by
/// byte.
package enum KeyShares {
    /// Why shares do not give a key. Positions are those in the list of shares given.
    package enum Fault: Error, Equatable {
        /// Fewer shares than their threshold.
        case tooFew(needed: Int, given: Int)
        /// This share is of another splitting than the first.
        case otherSet(position: Int)
        /// This share is the same as an earlier one.
        case twice(position: Int)
        /// They fit together, but what comes out is not the key that was split: one of them was forged.
        case otherKey
    }

    /// From 2 of 2 to 255 of 255: one share alone would be the key itself.
    package static func mayBe(threshold: Int, count: Int) -> Bool {
        (2...255).contains(threshold) && (threshold...255).contains(count)
    }

    /// Splits a key. `threshold` and `count` must be such as ``mayBe(threshold:count:)`` allows.
    package static func split(
        _ key: MasterKey, threshold: Int, count: Int, using random: inout some RandomNumberGenerator
    ) -> [KeyShare] {
        precondition(mayBe(threshold: threshold, count: count), "the caller asks before")
        let set = Hexadecimal.text((0..<8).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        // Coefficients of one polynomial a byte: the byte itself, then random ones, the highest included.
        let secret = key.bytes
        let rest = Secret(count: 32 * (threshold - 1), using: &random)
        return (1...count).map { number in
            let bytes = values(secret, rest, at: UInt8(number))
            return KeyShare(
                set: set, keyID: key.id, threshold: threshold, count: count, number: UInt8(number), bytes: bytes)
        }
    }

    /// The polynomials' values at `number`, by Horner's rule.
    private static func values(_ secret: borrowing Secret, _ rest: borrowing Secret, at number: UInt8) -> Secret {
        var values = [UInt8](repeating: 0, count: 32)
        let point = GaloisByte(number)
        let terms = rest.count / 32
        rest.revealing { rest in
            for position in 0..<32 {
                var value = GaloisByte(0)
                for term in (0..<terms).reversed() { value = (value + GaloisByte(rest[term * 32 + position])) * point }
                values[position] = value.value
            }
        }
        secret.revealing { secret in for position in 0..<32 { values[position] ^= secret[position] } }
        return Secret(wiping: &values)
    }

    /// Puts a key together. More shares than the threshold are no harm.
    package static func combine(_ shares: [KeyShare]) throws(Fault) -> MasterKey {
        guard let first = shares.first else { throw .tooFew(needed: 2, given: 0) }
        for (position, share) in shares.enumerated() {
            guard share.set == first.set, share.keyID == first.keyID, share.threshold == first.threshold else {
                throw .otherSet(position: position)
            }
            guard !shares[..<position].contains(where: { $0.number == share.number }) else {
                throw .twice(position: position)
            }
        }
        guard shares.count >= first.threshold else { throw .tooFew(needed: first.threshold, given: shares.count) }
        let key = MasterKey(bytes: interpolate(Array(shares.prefix(first.threshold))))
        guard key.id == first.keyID else { throw .otherKey }
        return key
    }

    /// The polynomials' values at zero (Lagrange).
    private static func interpolate(_ shares: [KeyShare]) -> Secret {
        var bytes = [UInt8](repeating: 0, count: 32)
        for share in shares {
            let weight = weight(of: share.number, among: shares.map(\.number))
            let secret = share.bytes.bytes
            secret.revealing { span in
                for position in 0..<32 { bytes[position] ^= (GaloisByte(span[position]) * weight).value }
            }
        }
        return Secret(wiping: &bytes)
    }

    private static func weight(of number: UInt8, among numbers: [UInt8]) -> GaloisByte {
        numbers.filter { $0 != number }.reduce(GaloisByte(1)) { weight, other in
            weight * GaloisByte(other) * GaloisByte(other ^ number).inverse
        }
    }
}

// SPDX-License-Identifier: Apache-2.0

/// What an identifier names; gives each noun its own type and its own prefix.
package protocol IdentifierKind: Sendable {
    /// What stands before the underscore: `key`, `acc`, ...
    static var prefix: String { get }
}

/// A type prefix and a UUIDv7 in 26 Crockford base-32 characters, lower case: `key_01k9…`. Sorts by creation.
package struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    /// An identifier from its 128 bits.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// A new identifier (RFC 9562, version 7): 48 bits of milliseconds, then 74 random bits.
    package init(at now: Instant, using random: inout some RandomNumberGenerator) {
        let clock = UInt64(bitPattern: max(0, now.milliseconds)) & 0xFFFF_FFFF_FFFF
        high = clock << 16 | 0x7000 | UInt64.random(in: 0...0xFFF, using: &random)
        low = 0x8000_0000_0000_0000 | (random.next() >> 2)
    }

    /// Reads the text form; nil for another prefix, length, case or character.
    package init?(_ text: String) {
        guard let bits = IdentifierText.bits(text, prefix: Kind.prefix) else { return nil }
        self.init(high: bits.high, low: bits.low)
    }

    /// The same from a part of a text.
    package init?(_ text: Substring) { self.init(String(text)) }

    package var description: String { IdentifierText.text(prefix: Kind.prefix, high: high, low: low) }

    package static func < (left: Self, right: Self) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

/// Crockford base 32 in lower case: 128 bits in 26 digits, most significant first.
package enum IdentifierText {
    /// Digits of one identifier, without its prefix.
    package static let digitCount = 26

    /// The digit at `position`, 0 being the most significant.
    @inline(__always)
    package static func digit(_ position: Int, high: UInt64, low: UInt64) -> UInt8 {
        let shift = 125 - 5 * position
        let value: UInt64
        if shift >= 64 {
            value = high >> UInt64(shift - 64)
        } else if shift > 59 {
            value = high << UInt64(64 - shift) | low >> UInt64(shift)
        } else {
            value = low >> UInt64(shift)
        }
        return unsafe digits.utf8Start[Int(truncatingIfNeeded: value & 31)]
    }

    /// Constant data, so that the hot path asks no "is it made yet".
    @inline(__always)
    private static var digits: StaticString { "0123456789abcdefghjkmnpqrstvwxyz" }

    static func text(prefix: String, high: UInt64, low: UInt64) -> String {
        var bytes = Array(prefix.utf8)
        bytes.append(0x5F)
        for position in 0..<digitCount { bytes.append(digit(position, high: high, low: low)) }
        return String(decoding: bytes, as: UTF8.self)
    }

    static func bits(_ text: String, prefix: String) -> (high: UInt64, low: UInt64)? {
        let bytes = text.utf8.span
        let start = prefix.utf8.count + 1
        guard bytes.count == start + digitCount, bytes[start - 1] == 0x5F else { return nil }
        var position = 0
        for byte in prefix.utf8 {
            guard bytes[position] == byte else { return nil }
            position += 1
        }
        let values = values.span
        var high: UInt64 = 0
        var low: UInt64 = 0
        for position in start..<bytes.count {
            let value = values[Int(bytes[position])]
            guard value < 32, position > start || value < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(value)
        }
        return (high, low)
    }

    /// The value of each byte as a digit; 255 for what is none.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in "0123456789abcdefghjkmnpqrstvwxyz".utf8.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()
}

package enum KeyspaceKind: IdentifierKind { package static let prefix = "ks" }
package enum KeyKind: IdentifierKind { package static let prefix = "key" }
package enum AccountKind: IdentifierKind { package static let prefix = "acc" }
package enum AppKind: IdentifierKind { package static let prefix = "app" }
package enum UserKind: IdentifierKind { package static let prefix = "usr" }
package enum CredentialKind: IdentifierKind { package static let prefix = "cred" }
package enum VersionKind: IdentifierKind { package static let prefix = "ver" }
package enum IntegrationKind: IdentifierKind { package static let prefix = "int" }
package enum ReservationKind: IdentifierKind { package static let prefix = "res" }
package enum EventKind: IdentifierKind { package static let prefix = "evt" }
package enum SignInRuleKind: IdentifierKind { package static let prefix = "rule" }
package enum ExposureKind: IdentifierKind { package static let prefix = "exp" }
package enum WebhookKind: IdentifierKind { package static let prefix = "wh" }
package enum DepositKind: IdentifierKind { package static let prefix = "dep" }
package enum RotationKind: IdentifierKind { package static let prefix = "rot" }
package enum OffboardingKind: IdentifierKind { package static let prefix = "off" }

package typealias KeyspaceID = Identifier<KeyspaceKind>
package typealias KeyID = Identifier<KeyKind>
package typealias AccountID = Identifier<AccountKind>
package typealias AppID = Identifier<AppKind>
package typealias UserID = Identifier<UserKind>
package typealias CredentialID = Identifier<CredentialKind>
package typealias VersionID = Identifier<VersionKind>
package typealias IntegrationID = Identifier<IntegrationKind>
package typealias ReservationID = Identifier<ReservationKind>
package typealias EventID = Identifier<EventKind>
package typealias SignInRuleID = Identifier<SignInRuleKind>
package typealias ExposureID = Identifier<ExposureKind>
package typealias WebhookID = Identifier<WebhookKind>
package typealias DepositID = Identifier<DepositKind>
package typealias RotationID = Identifier<RotationKind>
package typealias OffboardingID = Identifier<OffboardingKind>

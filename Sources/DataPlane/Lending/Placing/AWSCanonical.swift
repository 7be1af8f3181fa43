// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// A request in the one form that both sides digest.
struct AWSCanonical {
    /// 64 hexadecimal digits of the canonical request's digest.
    let digest: [UInt8]
    /// The signed fields, joined by `;`.
    let names: String

    init(_ request: SignedRequest, _ fields: [(String, [UInt8])], digest: [UInt8], isS3: Bool) {
        let fields = fields.sorted { $0.0 < $1.0 }
        names = fields.map(\.0).joined(separator: ";")
        var text = request.method + [0x0A]
        text += Self.path(request.path, isS3: isS3) + [0x0A]
        text += Self.query(request.query) + [0x0A]
        for field in fields { text += Array(field.0.utf8) + [0x3A] + Self.folded(field.1) + [0x0A] }
        text += [0x0A] + Array(names.utf8) + [0x0A] + digest
        self.digest = Array(Digest(of: text.span).hexadecimal.utf8)
    }

    /// Runs of spaces become one.
    private static func folded(_ value: [UInt8]) -> [UInt8] {
        var folded: [UInt8] = []
        for byte in value where !(byte == 0x20 && (folded.last == 0x20 || folded.isEmpty)) { folded.append(byte) }
        while folded.last == 0x20 { folded.removeLast() }
        return folded
    }

    /// Encoded once for S3, twice for every other service.
    private static func path(_ path: [UInt8], isS3: Bool) -> [UInt8] {
        let once = encoded(decoded(path, plusIsSpace: false), keepingSlashes: true)
        return isS3 ? once : encoded(once, keepingSlashes: true)
    }

    private static func query(_ query: [UInt8]) -> [UInt8] {
        let pairs = query.split(separator: 0x26).map { pair -> [UInt8] in
            let name = pair.prefix { $0 != 0x3D }
            let value = pair.dropFirst(name.count).dropFirst()
            return encoded(decoded(Array(name), plusIsSpace: true), keepingSlashes: false) + [0x3D]
                + encoded(decoded(Array(value), plusIsSpace: true), keepingSlashes: false)
        }
        // By name, then value: `=` sorts behind what encoded names hold, so the parts are compared apart.
        let sorted = pairs.sorted { left, right in
            let (leftName, rightName) = (left.prefix { $0 != 0x3D }, right.prefix { $0 != 0x3D })
            return leftName.elementsEqual(rightName)
                ? left.lexicographicallyPrecedes(right) : leftName.lexicographicallyPrecedes(rightName)
        }
        return Array(sorted.joined(separator: [0x26]))
    }

    private static func decoded(_ text: [UInt8], plusIsSpace: Bool) -> [UInt8] {
        var decoded: [UInt8] = []
        var position = 0
        while position < text.count {
            if text[position] == 0x25, position + 2 < text.count,
                let byte = Hexadecimal.bytes(String(decoding: text[(position + 1)...(position + 2)], as: UTF8.self))
            {
                decoded += byte
                position += 3
            } else {
                decoded.append(plusIsSpace && text[position] == 0x2B ? 0x20 : text[position])
                position += 1
            }
        }
        return decoded
    }

    private static func encoded(_ text: [UInt8], keepingSlashes: Bool) -> [UInt8] {
        var encoded: [UInt8] = []
        for byte in text {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            case 0x2F where keepingSlashes: encoded.append(byte)
            default: encoded += [0x25] + Array(Hexadecimal.text([byte]).uppercased().utf8)
            }
        }
        return encoded
    }
}

/// A moment as AWS writes it: `20150830T123600Z`, and its day.
struct AWSTime {
    let moment: [UInt8]
    let day: [UInt8]

    init(_ instant: Instant) {
        // `2015-08-30T12:36:00.000Z`
        let digits = instant.description.prefix { $0 != "." }.filter { $0 != "-" && $0 != ":" }
        moment = Array(digits.utf8) + [0x5A]
        day = Array(moment.prefix(8))
    }
}

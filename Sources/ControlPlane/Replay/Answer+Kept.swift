// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Shapes

// An answer as it is kept: `[1-byte layout = 1][2-byte status][1-byte count of fields]`, each field as
// `[1-byte length][name][2-byte length][value]`, then the body. All numbers big-endian.

extension Answer {
    private static let layout: UInt8 = 1

    /// The bytes to keep.
    var kept: [UInt8] {
        var bytes: [UInt8] = [Answer.layout]
        bytes.reserveCapacity(body.count + 256)
        bytes.append(number: status.code)
        bytes.append(UInt8(truncatingIfNeeded: fields.count))
        for field in fields {
            let (name, value) = (Array(field.name.canonicalName.utf8), Array(field.value.utf8))
            bytes.append(UInt8(truncatingIfNeeded: name.count))
            bytes += name
            bytes.append(number: value.count)
            bytes += value
        }
        return bytes + body
    }

    /// The answer that was kept, marked as given before.
    init(kept bytes: [UInt8]) throws(StorageFailure) {
        var rest = bytes[...]
        guard rest.popFirst() == Answer.layout, let status = rest.number(), let count = rest.popFirst() else {
            throw .unreadable("kept answer")
        }
        var fields = HTTPFields()
        for _ in 0..<count {
            guard let name = rest.text(rest.popFirst().map(Int.init)), let value = rest.text(rest.number()),
                let name = HTTPField.Name(name)
            else { throw .unreadable("kept answer") }
            fields.append(HTTPField(name: name, value: value))
        }
        fields[.idempotencyReplayed] = "true"
        self.init(status: .init(code: status), fields: fields, body: Array(rest))
    }
}

extension [UInt8] {
    fileprivate mutating func append(number: Int) {
        append(UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }
}

extension ArraySlice<UInt8> {
    fileprivate mutating func number() -> Int? {
        guard let high = popFirst(), let low = popFirst() else { return nil }
        return Int(high) << 8 | Int(low)
    }

    fileprivate mutating func text(_ count: Int?) -> String? {
        guard let count, count <= self.count else { return nil }
        defer { removeFirst(count) }
        return String(decoding: prefix(count), as: UTF8.self)
    }
}

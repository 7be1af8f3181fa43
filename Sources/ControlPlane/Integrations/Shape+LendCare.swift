// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes
import Wire

extension Shape where Value == LendCare {
    /// `{scrub?, compressed?, request_bytes?, response_bytes?}`.
    static var lendCare: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["scrub", "compressed", "request_bytes", "response_bytes"])
            var care = LendCare()
            care.scrubs = try fields.optional("scrub", .bool) ?? care.scrubs
            care.compressed = try fields.optional("compressed", .word) ?? care.compressed
            care.requestBytes = try fields.nullable("request_bytes", .bodySize)
            care.responseBytes = try fields.nullable("response_bytes", .bodySize)
            return care
        }
    }
}

extension Shape where Value == Int {
    /// 1 byte to 1 TiB.
    fileprivate static var bodySize: Shape { Shape<Int64>.integer(1...(1 << 40)).map { Int($0) } }
}

extension JSONWriter {
    /// How lent calls are looked after.
    mutating func member(_ name: String, _ care: LendCare) {
        key(name)
        object { writer in
            writer.member("scrub", care.scrubs)
            writer.member("compressed", care.compressed.rawValue)
            writer.member("request_bytes", care.requestBytes)
            writer.member("response_bytes", care.responseBytes)
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Shapes
import Wire

extension Problem {
    /// What is no HTTP: answered, then the connection is closed.
    init(_ fault: HeadFault) {
        let status = HTTPResponse.Status(code: fault.status)
        switch fault {
        case .headTooLarge, .tooManyFields, .targetTooLong:
            self.init(
                status, "head_too_large", "The head is too large", "The request's head is refused: \(fault.code).",
                fix:
                    "Send a shorter head: \(HeadParser.requestLimit) bytes and \(HeadParser.fieldLimit) fields at most."
            )
        default:
            self.init(malformed: fault.code, status)
        }
    }

    /// A body whose chunks are broken.
    init(_ fault: ChunkFault) { self.init(malformed: fault.code, .badRequest) }

    /// Something that the decoder behind the gate refuses.
    static var unreadableRequest: Problem { Problem(malformed: "request_malformed", .badRequest) }

    private init(malformed code: String, _ status: HTTPResponse.Status) {
        self.init(
            status, "malformed_http", "Malformed HTTP", "The request is refused: \(code).",
            fix: "Send HTTP/1.1 as RFC 9112 has it.")
    }
}

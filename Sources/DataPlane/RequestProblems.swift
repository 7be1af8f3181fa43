// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Requests that are refused before anybody looks at their key.
extension Problem {
    static func refusing(_ fault: HeadFault) -> Problem {
        Problem(
            status: fault.status, code: "malformed_request", title: reason(fault.status),
            detail: "The head of the request is not HTTP/1.1 as accepted here (\(fault.code)).",
            fix: "Mend the client or the proxy that wrote it.")
    }

    static func refusing(_ fault: ChunkFault) -> Problem {
        Problem(
            status: 400, code: "malformed_request", title: reason(400), detail: "The chunks of the body are malformed.",
            fix: "Mend the client or the proxy that wrote it.")
    }

    static let bodyMissing = Problem(
        status: 411, code: "length_required", title: "Body missing", detail: "The request has no body.",
        fix: "Send a JSON object.")

    static let bodyTooLong = Problem(
        status: 413, code: "body_too_large", title: "Body too large", detail: "A body holds at most 1 MiB.",
        fix: "Split the batch.")

    static let timeout = Problem(
        status: 408, code: "request_timeout", title: "Request Timeout", detail: "The request did not arrive in time.",
        fix: "Send the head within 10 seconds and the body within 30.")
}

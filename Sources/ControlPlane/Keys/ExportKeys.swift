// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Hummingbird
import IssuedKeys
import NIOCore
import Shapes
import Wire

/// `GET /v1/keys/export`: every key that the filters let through, in the order of their ids, without secrets and
/// without digests. Sent while it is read, a page at a time; what is changed meanwhile may be in it or not.
func exportKeys(_ call: Call) async throws -> Answer {
    let format = try call.query.value("format", "`csv` or `ndjson`") { ExportFormat(rawValue: $0) } ?? .ndjson
    let views = KeyViews(call: call)
    let filter = try await KeyFilter(call.query, views)
    let first = try await call.ports.keys.list(by: call.caller, filter, ExportFormat.page(after: nil), at: call.now)
    var answer = Answer.streaming(format.mediaType) { writer in
        var page = first
        try await writer.write(ByteBuffer(bytes: format.head))
        while true {
            let rows = try await views.views(page.items)
            try await writer.write(ByteBuffer(bytes: rows.flatMap { format.row($0) }))
            guard let next = page.next else { break }
            let now = call.ports.now()
            page = try await call.ports.keys.list(
                by: try call.callerNow(now), filter, ExportFormat.page(after: next), at: now)
        }
        try await writer.finish(nil)
    }
    answer.fields[.contentDisposition] = "attachment; filename=\"keys.\(format.rawValue)\""
    return answer
}

/// How keys are written out.
private enum ExportFormat: String, Sendable {
    case csv, ndjson

    static func page(after: String?) -> Page { Page(after: after, limit: Page.longest) }

    var mediaType: String {
        switch self {
        case .csv: "text/csv; charset=utf-8; header=present"
        case .ndjson: "application/x-ndjson"
        }
    }

    var head: [UInt8] {
        switch self {
        case .csv: CSVLine.bytes(KeyColumn.allCases.map(\.rawValue))
        case .ndjson: []
        }
    }

    func row(_ view: KeyView) -> [UInt8] {
        switch self {
        case .csv: return CSVLine.bytes(KeyColumn.allCases.map { $0.text(of: view) })
        case .ndjson:
            var writer = JSONWriter()
            writer.object { $0.members(of: view) }
            writer.append(0x0A)
            return writer.bytes
        }
    }
}

extension HTTPField.Name {
    /// `Content-Disposition`.
    fileprivate static var contentDisposition: HTTPField.Name { name("Content-Disposition") }
}

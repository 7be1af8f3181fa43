// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import NIOCore
import Shapes
import Wire

/// What goes back: a status, fields and a body.
struct Answer: Sendable {
    var status: HTTPResponse.Status = .ok
    var fields: HTTPFields = [.cacheControl: "no-store"]
    var body: [UInt8]
    /// Writes the body instead, piece by piece, and finishes it.
    var stream: (@Sendable (inout any ResponseBodyWriter) async throws -> Void)?

    init(_ mediaType: String, _ body: [UInt8]) {
        self.body = body
        fields[.contentType] = mediaType
        fields[.xContentTypeOptions] = "nosniff"
    }

    init(status: HTTPResponse.Status, fields: HTTPFields, body: [UInt8]) {
        self.status = status
        self.fields = fields
        self.body = body
    }

    /// One resource with its revision.
    static func one(revision: Int64, _ body: (inout JSONWriter) -> Void) -> Answer {
        var answer = json { $0.object(body) }
        answer.fields[.eTag] = "\"\(revision)\""
        return answer
    }

    /// One resource that was just made.
    static func made(at path: String, revision: Int64, _ body: (inout JSONWriter) -> Void) -> Answer {
        var answer = one(revision: revision, body)
        answer.status = .created
        answer.fields[.location] = path
        return answer
    }

    /// A page of a list; `next` is where the page after it starts.
    static func page<Item>(
        _ items: [Item], next: String?, _ item: (inout JSONWriter, Item) -> Void
    ) -> Answer {
        json { writer in
            writer.object { writer in
                writer.key("items")
                writer.array { writer in
                    for each in items { writer.object { item(&$0, each) } }
                }
                writer.member("next_cursor", next)
            }
        }
    }

    /// Any JSON.
    static func json(_ body: (inout JSONWriter) -> Void) -> Answer {
        var writer = JSONWriter()
        body(&writer)
        return Answer("application/json", writer.bytes)
    }

    /// A body that is written while it is made, whose length is not known.
    static func streaming(
        _ mediaType: String, _ stream: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Answer {
        var answer = Answer(mediaType, [])
        answer.stream = stream
        return answer
    }

    var response: Response {
        if let stream { return Response(status: status, headers: fields, body: ResponseBody(stream)) }
        return Response(status: status, headers: fields, body: ResponseBody(byteBuffer: ByteBuffer(bytes: body)))
    }
}

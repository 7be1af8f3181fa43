// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Shapes

/// What a body may be.
enum MediaType {
    /// Refuses a body that is not JSON by its `Content-Type`, or that is coded (compressed).
    static func require(_ method: HTTPRequest.Method, _ fields: HTTPFields) throws(RequestFault) {
        let accepted = method == .patch ? ["application/json", "application/merge-patch+json"] : ["application/json"]
        let declared = fields[values: .contentType]
        guard declared.count == 1, let type = declared.first, accepted.contains(essence(type)),
            fields[.contentEncoding] == nil
        else { throw .unsupportedMediaType(accepted) }
    }

    /// Whether a body is declared as JSON, one value a line, and not coded.
    static func isLines(_ fields: HTTPFields) -> Bool {
        let declared = fields[values: .contentType]
        return declared.count == 1 && essence(declared[0]) == "application/x-ndjson" && fields[.contentEncoding] == nil
    }

    /// Type and subtype in lower case, without parameters: JSON is UTF-8 whatever they say.
    private static func essence(_ text: String) -> String {
        let type = text.prefix { $0 != ";" }.lowercased()
        return type.filter { $0 != " " && $0 != "\t" }
    }
}

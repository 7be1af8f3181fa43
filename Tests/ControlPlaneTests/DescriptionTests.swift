// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import HTTPTypes
import Testing
import Yams

@testable import ControlPlane

/// The description and the routes say the same.
@Suite struct DescriptionTests {
    /// Operations of the other listener, which are described in the same document.
    private static let dataPlane: Set<String> = [
        "POST /oauth/token", "POST /oauth/introspect", "POST /oauth/revoke", "GET /.well-known/jwks.json",
        "GET /.well-known/oauth-authorization-server", "POST /v2/keys.verifyKey",
        "POST /v1/verify", "POST /v1/verify/batch", "POST /v1/verify/settle", "POST /v1/follow", "POST /v1/reveal",
        "GET /v1/authorize",
        "GET /lend", "GET /lend/{integration}", "GET /lend/{integration}/{path}",
        "POST /lend/{integration}/{path}", "PUT /lend/{integration}/{path}", "PATCH /lend/{integration}/{path}",
        "DELETE /lend/{integration}/{path}",
    ]
    private static let methods = ["get", "put", "post", "delete", "options", "head", "patch", "trace"]

    private let operations: [String: [String: Any]]
    private let document: [String: Any]

    init() throws {
        let text = String(decoding: PackageResources.bitting_yaml, as: UTF8.self)
        document = try #require(try Yams.load(yaml: text) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: Any]])
        var operations: [String: [String: Any]] = [:]
        for (path, item) in paths {
            for method in Self.methods {
                guard let operation = item[method] as? [String: Any] else { continue }
                operations["\(method.uppercased()) \(path)"] = operation
            }
        }
        self.operations = operations
    }

    private func line(_ endpoint: Endpoint) -> String { "\(endpoint.method.rawValue) \(endpoint.path.text)" }

    @Test func `every route is described, every described operation is routed`() {
        #expect(Set(endpoints.map(line)).union(Self.dataPlane) == Set(operations.keys))
        #expect(Set(endpoints.map(line)).count == endpoints.count)
    }

    @Test func `operation ids agree and none stands twice`() {
        for endpoint in endpoints {
            #expect(operations[line(endpoint)]?["operationId"] as? String == endpoint.operation)
        }
        let ids = operations.values.compactMap { $0["operationId"] as? String }
        #expect(ids.count == operations.count)
        #expect(Set(ids).count == ids.count)
    }

    @Test func `scopes agree`() {
        for endpoint in endpoints {
            let security = operations[line(endpoint)]?["security"] as? [[String: [String]]]
            switch endpoint.entrance {
            case .open, .visiting: #expect(security?.isEmpty == true, "\(endpoint.operation)")
            case .guarded(let scope, _):
                #expect(security == [["managementKey": [scope.description]]], "\(endpoint.operation)")
            }
        }
    }

    @Test func `query parameters agree`() {
        for endpoint in endpoints {
            let described = operations[line(endpoint)]?["parameters"] as? [[String: Any]] ?? []
            let names = described.compactMap { resolve($0) }.filter { $0["in"] as? String == "query" }
                .compactMap { $0["name"] as? String }
            #expect(Set(names) == Set(endpoint.query), "\(endpoint.operation)")
        }
    }

    @Test func `Idempotency-Key is described where it is honoured, and its answer there too`() {
        for endpoint in endpoints {
            let described = operations[line(endpoint)]?["parameters"] as? [[String: Any]] ?? []
            let names = described.compactMap { resolve($0)?["name"] as? String }
            #expect(names.contains("Idempotency-Key") == endpoint.isRepeatable, "\(endpoint.operation)")
            let responses = operations[line(endpoint)]?["responses"] as? [String: [String: Any]] ?? [:]
            let headers = responses.values.compactMap { $0["headers"] as? [String: Any] }
            #expect(headers.contains { $0["Idempotency-Replayed"] != nil } == endpoint.isRepeatable)
        }
    }

    private func resolve(_ parameter: [String: Any]) -> [String: Any]? {
        guard let reference = parameter["$ref"] as? String else { return parameter }
        let components = document["components"] as? [String: Any]
        let parameters = components?["parameters"] as? [String: [String: Any]]
        return parameters?[reference.replacingOccurrences(of: "#/components/parameters/", with: "")]
    }

    @Test func `paths that change something take bodies that refuse unknown fields`() throws {
        let components = try #require(document["components"] as? [String: Any])
        let schemas = try #require(components["schemas"] as? [String: [String: Any]])
        for endpoint in endpoints where endpoint.method != .get {
            let body = operations[line(endpoint)]?["requestBody"] as? [String: Any]
            let content = try #require(body?["content"] as? [String: [String: Any]], "\(endpoint.operation)")
            for media in content.values {
                let reference = (media["schema"] as? [String: Any])?["$ref"] as? String ?? ""
                let schema = schemas[reference.replacingOccurrences(of: "#/components/schemas/", with: "")]
                #expect(schema?["additionalProperties"] as? Bool == false, "\(endpoint.operation)")
            }
        }
    }

    @Test func `it is served as it is`() async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.with(key: "").get("/openapi.yaml")
            #expect(reply.status == 200)
            #expect(reply.fields[.contentType] == "application/yaml")
            #expect(reply.body == String(decoding: PackageResources.bitting_yaml, as: UTF8.self))
        }
    }
}

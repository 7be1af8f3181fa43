// SPDX-License-Identifier: Apache-2.0

/// Finds the endpoint for a method and a path.
struct EndpointTable: Sendable {
    private let endpoints: [Endpoint]

    init(_ endpoints: [Endpoint]) { self.endpoints = endpoints }

    /// Paths whose bodies may be of any length, because they are read as they come.
    static let streamedPaths = ControlPlane.endpoints.filter { $0.lines != nil }.map { Array($0.path.text.utf8) }

    /// What a request is for.
    struct Match: Sendable {
        let endpoint: Endpoint
        let values: [String: String]
    }

    /// The endpoint, or why there is none: no such path, or the path has other methods.
    func find(_ method: String, _ path: String) throws(RequestFault) -> Match {
        let parts = PathPattern.split(path)
        let wanted = method == "HEAD" ? "GET" : method
        var allowed: [String] = []
        for endpoint in endpoints {
            guard let values = endpoint.path.values(in: parts) else { continue }
            if endpoint.method.rawValue == wanted { return Match(endpoint: endpoint, values: values) }
            allowed.append(endpoint.method.rawValue)
            if endpoint.method == .get { allowed.append("HEAD") }
        }
        throw allowed.isEmpty ? .noSuchPath : .methodNotAllowed(allowed)
    }
}

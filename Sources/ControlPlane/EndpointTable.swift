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

    /// The endpoint, or why there is none: no such path, or the path has other methods. A path that is written out
    /// hides one with a variable in its place, for every method.
    func find(_ method: String, _ path: String) throws(RequestFault) -> Match {
        let parts = PathPattern.split(path)
        var matches: [Match] = []
        for endpoint in endpoints {
            guard let values = endpoint.path.values(in: parts) else { continue }
            matches.append(Match(endpoint: endpoint, values: values))
        }
        if matches.contains(where: \.values.isEmpty) { matches.removeAll { !$0.values.isEmpty } }
        let wanted = method == "HEAD" ? "GET" : method
        if let match = matches.first(where: { $0.endpoint.method.rawValue == wanted }) { return match }
        guard !matches.isEmpty else { throw .noSuchPath }
        throw .methodNotAllowed(
            matches.flatMap { $0.endpoint.method == .get ? ["GET", "HEAD"] : [$0.endpoint.method.rawValue] })
    }
}

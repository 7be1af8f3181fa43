// SPDX-License-Identifier: Apache-2.0
public import BittingClient
internal import HTTPTypes
public import Hummingbird
internal import Logging
internal import NIOCore

/// Lets only calls with a good key through, and tells the routes behind it whose it is.
///
///     let bitting = try BittingClient(dataSocket: "/run/bitting/data.sock", key: key)
///     router.group("labels")
///         .add(middleware: BittingAuthenticator(bitting, scopes: .all(["labels:create"])))
///         .post { request, context in try await print(label: request, for: context.bitting) }
///
/// The key may stand in `Authorization: Bearer`, in `X-API-Key`, or as the user name of HTTP Basic. Refusals are
/// `application/problem+json` with 401, 403 or 429; when Bitting cannot be asked, 503: nobody is let in unchecked.
/// Answers carry `RateLimit` of a key that has limits, and `Deprecation` and `Sunset` of a secret that was replaced.
/// One authenticator on a route is one verification: two count twice against the key's limits.
public struct BittingAuthenticator<Context: BittingRequestContext>: RouterMiddleware {
    private let client: BittingClient
    private let scopes: RequiredScopes
    private let address: @Sendable (Request, Context) -> String?

    /// An authenticator that asks `client`.
    ///
    /// - Parameters:
    ///   - scopes: What a call needs.
    ///   - address: The address of whoever makes a call, nil where it is not known; then keys that are tied to
    ///     addresses are refused. By default that of the connection's other end.
    public init(
        _ client: BittingClient, scopes: RequiredScopes = .none,
        address: @escaping @Sendable (Request, Context) -> String? = { $1.remoteAddress?.ipAddress }
    ) {
        self.client = client
        self.scopes = scopes
        self.address = address
    }

    /// Verifies the key, then goes on or answers.
    public func handle(
        _ request: Request, context: Context, next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        let fields = request.headers
        switch PresentedKey(authorization: fields[values: .authorization], apiKey: fields[values: .apiKey]) {
        case .none: return Response(refusing: .keyMissing)
        case .ambiguous: return Response(refusing: .keyAmbiguous)
        case .one(let key) where key.unicodeScalars.count > 1024: return Response(refusing: .keyTooLong)
        case .one(let key):
            guard let verification = await verify(key, request, context) else { return Response(refusing: .unchecked) }
            if let refusal = verification.refusal { return Response(refusing: refusal) }
            guard let identity = BittingIdentity(verification) else { return Response(refusing: .unchecked) }
            var context = context
            context.bitting = identity
            var response = try await next(request, context)
            response.add(verification.fields)
            return response
        }
    }

    private func verify(_ key: String, _ request: Request, _ context: Context) async -> Verification? {
        let question = CallFacts(request)
        do throws(BittingError) {
            return try await client.verify(
                key, scopes: scopes, address: address(request, context), method: question.method, path: question.path,
                userAgent: question.userAgent)
        } catch {
            context.logger.error("A key could not be checked", metadata: ["bitting.error": "\(error.code)"])
            return nil
        }
    }
}

extension HTTPField.Name {
    static let apiKey = HTTPField.Name("x-api-key")!
}

extension Response {
    init(refusing refusal: RefusedCall) {
        self.init(status: .init(code: refusal.status), body: .init(byteBuffer: .init(bytes: refusal.body)))
        add(refusal.fields)
    }

    /// Adds fields of ours, which none of the route's own may stand beside.
    mutating func add(_ fields: [(name: String, value: String)]) {
        for field in fields {
            if let name = HTTPField.Name(field.name) { headers[name] = field.value }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import BittingClient
internal import Wire

/// What `bitting run` asks of the data plane, with the app's own key.
struct RunLender {
    let dataURL: String
    let key: String
    let transport: Transport

    /// Where calls through an integration begin.
    func baseURL(of integration: String) -> String {
        (dataURL.hasSuffix("/") ? String(dataURL.dropLast()) : dataURL) + "/lend/" + integration
    }

    /// What there is to know of an integration.
    func card(of integration: String) async throws -> LendCard {
        let answer = try await call("GET", ["lend", integration], body: nil)
        guard let json = try? JSON.parse(answer.body), let card = LendCard(json) else {
            throw BittingError.unexpected(answer)
        }
        return card
    }

    /// The held value: under `value` where it is one text, else each part under its name.
    func reveal(_ integration: String, reason: String) async throws -> [String: String] {
        let body: JSON = ["integration": .string(integration), "reason": .string(reason)]
        let answer = try await call("POST", ["v1", "reveal"], body: Array(body.text.utf8))
        guard let value = (try? JSON.parse(answer.body))?["value"] else { throw BittingError.unexpected(answer) }
        if let text = value.asString { return ["value": text] }
        guard let parts = value.asObject else { throw BittingError.unexpected(answer) }
        var values: [String: String] = [:]
        for part in parts { values[part.name] = part.value.asString }
        return values
    }

    /// The certificate of the proxy's authority, from the proxy itself: whoever could answer in its place is given the
    /// calls anyway.
    func authority(ofProxyAt address: String) async throws -> [UInt8] {
        let url = (address.hasSuffix("/") ? String(address.dropLast()) : address) + "/ca.pem"
        let answer: Response
        do throws(BittingError) {
            answer = try await transport.send(Transport.Request(method: "GET", url: url, headers: [], body: nil))
                .accepted()
        } catch {
            throw CommandFailure(
                "The forward proxy does not answer at \(address).",
                fix: "Have the server listen with --proxy-address, and say where with --proxy-url.")
        }
        guard String(decoding: answer.body, as: UTF8.self).hasPrefix("-----BEGIN CERTIFICATE-----") else {
            throw BittingError.unexpected(answer)
        }
        return answer.body
    }

    private func call(_ method: String, _ path: [String], body: [UInt8]?) async throws -> Response {
        let client = try BittingClient(url: Defaults.url, dataURL: dataURL, key: key, transport: transport)
        do throws(BittingError) {
            return try await client.call(method, path, body: body, on: .data).accepted()
        } catch {
            guard ["unauthenticated", "unknown", "integration_unknown"].contains(error.code) else { throw error }
            throw CommandFailure(
                [error.title, error.detail].compactMap(\.self).joined(separator: ". "),
                fix: "Name one of the app's integrations, and put a key that the app owns into BITTING_APP_KEY.",
                status: .refused)
        }
    }
}

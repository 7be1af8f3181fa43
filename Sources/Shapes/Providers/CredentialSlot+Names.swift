// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys

extension CredentialSlot {
    /// The parts and settings in it.
    var names: [String] {
        switch self {
        case .header(_, let format), .basic(let format), .query(_, let format), .path(let format), .body(_, let format):
            format.names
        case .awsSignature(let signature):
            [signature.accessKeyID, signature.secretAccessKey] + (signature.sessionToken.map { [$0] } ?? [])
                + signature.region.names + signature.service.names
        case .signature(let signature):
            [signature.key] + signature.message.names + signature.fields.flatMap(\.format.names)
        case .clientCredentials(let credentials):
            [credentials.clientID, credentials.clientSecret] + credentials.tokenOrigin.settings
        }
    }

    /// What it fills in a request, so that two never fill the same.
    var spots: [String] {
        switch self {
        case .header(let name, _): ["field \(name.lowercased())"]
        case .basic, .clientCredentials: ["field authorization"]
        case .query(let name, _): ["parameter \(name)"]
        case .path: ["path"]
        case .body(let name, _): ["member \(name)"]
        case .awsSignature:
            ["field authorization", "field x-amz-date", "field x-amz-content-sha256", "field x-amz-security-token"]
        case .signature(let signature): signature.fields.map { "field \($0.name.lowercased())" }
        }
    }
}

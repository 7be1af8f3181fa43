// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// `tls` of a provider.
struct TransportCare: Sendable {
    let authority: String?
    let client: ClientCertificateParts?
}

extension Shape where Value == TransportCare {
    /// `{ca?, client_certificate?: {certificate, private_key}}`: PEM of an authority, and the names of two parts.
    static var transportCare: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["ca", "client_certificate"])
            return TransportCare(
                authority: try fields.nullable("ca", .pem),
                client: try fields.nullable("client_certificate", .clientCertificate))
        }
    }
}

extension Shape where Value == ClientCertificateParts {
    fileprivate static var clientCertificate: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["certificate", "private_key"])
            return ClientCertificateParts(
                certificate: try fields.required("certificate", .partName),
                privateKey: try fields.required("private_key", .partName))
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Wire

/// `GET /healthz`: the program runs.
func health(_ ports: ControlPorts) async throws -> Answer {
    .json { writer in writer.object { $0.member("status", "ok") } }
}

/// `GET /readyz`: it can answer for keys.
func readiness(_ ports: ControlPorts) async throws -> Answer {
    guard await ports.isReady() else { throw RequestFault.notReady }
    return .json { writer in writer.object { $0.member("status", "ready") } }
}

/// `GET /metrics`.
func metrics(_ ports: ControlPorts) async throws -> Answer {
    Answer("text/plain; version=0.0.4; charset=utf-8", Array(ports.counts.added(to: await ports.metrics()).utf8))
}

/// `GET /openapi.yaml`: the description this program was built with.
func apiDescription(_ ports: ControlPorts) async throws -> Answer {
    Answer("application/yaml", PackageResources.bitting_yaml)
}

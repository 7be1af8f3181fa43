// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import ServiceLifecycle
import Storage

/// Puts echoes of credentials into the audit trail, from where webhooks tell of them.
struct EchoService: Service {
    let plane: DataPlane
    let ledger: Ledger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(1))
                await flush()
            }
        }
        await flush()
    }

    private func flush() async {
        for echo in plane.takeEchoes() {
            let note = EventNote(
                "credential.echoed", subject: echo.credential.description, account: echo.account,
                details: [
                    .init("form", echo.form), .init("integration", echo.integration.description),
                    .init("version", echo.version.description), .init("where", echo.place),
                ])
            try? await ledger.record(note, by: .unknown, at: Clock.now())
        }
    }
}

package import Telemetry

/// A small HTTP server on the loopback address, for metrics and health.
///
/// It binds 127.0.0.1 and nothing else. Its thread only moves bytes: answers are made elsewhere, so
/// a slow provider delays its own request alone.
package final class LoopbackServer: Sendable {
  /// The port that it listens on.
  package let port: UInt16

  private let service: HTTPService

  private init(port: UInt16, service: HTTPService) {
    self.port = port
    self.service = service
  }

  /// Starts to serve `routes`, by path; port 0 takes any free port.
  ///
  /// - Throws: `HTTPServerError` when the port cannot be had.
  package static func start(
    port: UInt16, routes: [String: HTTPProvider], limits: HTTPLimits = HTTPLimits(), log: Log
  ) async throws(HTTPServerError) -> LoopbackServer {
    let service = HTTPService(routes: routes, limits: limits)
    let actual = try await service.start(port: port)
    log.info("http: listening", ["address": "127.0.0.1:\(actual)"])
    return LoopbackServer(port: actual, service: service)
  }

  /// Closes all connections and gives the port back; when the call returns, it is free.
  package func stop() async { await service.stop() }
}

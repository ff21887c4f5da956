import CEventLoop
import Glibc

/// Starts threads that live as long as their body runs.
package enum Thread: Sendable {
  /// Starts a detached thread whose name, at most 15 bytes, tools show.
  package static func start(name: String, _ body: @escaping @Sendable () -> Void) {
    var thread = pthread_t()
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    let box = unsafe Unmanaged.passRetained(Body(run: body)).toOpaque()
    let result = unsafe pthread_create(
      &thread, &attributes,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<Body>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      }, box)
    precondition(result == 0, "cannot start a thread: errno \(result)")
    unsafe pthread_setname_np(thread, String(name.prefix(15)))
    unsafe pthread_attr_destroy(&attributes)
  }

  private final class Body: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
  }
}

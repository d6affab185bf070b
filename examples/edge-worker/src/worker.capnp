using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    (name = "internet", network = (allow = ["local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);

const worker :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "../dist/worker.js")],
  compatibilityDate = "2026-11-01",
  bindings = [
    (name = "ROUTEE_APPLICATION_ID", fromEnvironment = "ROUTEE_APPLICATION_ID"),
    (name = "ROUTEE_APPLICATION_SECRET", fromEnvironment = "ROUTEE_APPLICATION_SECRET"),
    (name = "ROUTEE_BASE_URL", fromEnvironment = "ROUTEE_BASE_URL")
  ]
);

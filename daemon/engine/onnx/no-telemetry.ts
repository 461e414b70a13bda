// From 1.29 on the official builds of onnxruntime tell Microsoft about every process, session and model, and keep a
// device's id in ~/.cache, unless this is set before they are loaded. Nobody asked our users.
process.env["ORT_DISABLE_TELEMETRY"] = "1";

/**
 * A small module that closes this process's standard error for a while. TensorFlow greets there while it is
 * loaded and heeds no setting about it.
 */
export const QUIET_SOURCE = `
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include <node_api.h>

static int kept = -1;

static napi_value Mute(napi_env, napi_callback_info) {
  fflush(stderr);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (kept < 0 && nowhere >= 0) {
    kept = dup(STDERR_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
  close(nowhere);
  return nullptr;
}

static napi_value Unmute(napi_env, napi_callback_info) {
  fflush(stderr);
  if (kept >= 0) {
    dup2(kept, STDERR_FILENO);
    close(kept);
    kept = -1;
  }
  return nullptr;
}

NAPI_MODULE_INIT() {
  napi_value mute, unmute;
  napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, nullptr, &mute);
  napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, nullptr, &unmute);
  napi_set_named_property(env, exports, "mute", mute);
  napi_set_named_property(env, exports, "unmute", unmute);
  return exports;
}
`;

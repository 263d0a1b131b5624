// Renders a component at one frame to static markup, as Remotion's Player would show it.
//
// Four things make Remotion's hooks and components work outside a browser:
//   1. RemotionEnvironmentContext says "Player"; the default asks `window`.
//   2. CanUseRemotionHooks opens useCurrentFrame and useVideoConfig.
//   3. CompositionManager holds the one composition, which useVideoConfig reads.
//   4. RemotionRootContexts brings the timeline (`frameState` is the frame), and the providers that
//      Sequence, Video, Audio and OffthreadVideo read. It asks localStorage for the last frame.

import { React, ReactDOMServer, Remotion, SetupError } from './page.mjs';

export const VIDEO = { fps: 30, width: 1280, height: 720, durationInFrames: 90 };

const COMPOSITION_ID = 'conformance';
const h = React.createElement;
const { Internals } = Remotion;

const PROVIDERS = ['RemotionEnvironmentContext', 'CanUseRemotionHooks', 'CompositionManager', 'RemotionRootContexts'];
for (const name of PROVIDERS) {
  if (Internals?.[name] === undefined) {
    throw new SetupError(`This version of remotion has no Internals.${name}: stage.mjs must follow it.`);
  }
}

// Node has no localStorage; Remotion only reads its last frame from it, and frameState overrides that.
globalThis.localStorage ??= { getItem: () => null, setItem() {}, removeItem() {} };

const ENVIRONMENT = {
  isPlayer: true,
  isRendering: false,
  isStudio: false,
  isReadOnlyStudio: false,
  isClientSideRendering: false,
};

function compositionOf(component) {
  const composition = {
    ...VIDEO,
    id: COMPOSITION_ID,
    component,
    defaultProps: {},
    schema: null,
    calculateMetadata: null,
    folderName: null,
    parentFolderName: null,
    nonce: [[0, 0]],
  };
  return {
    compositions: [composition],
    folders: [],
    currentCompositionMetadata: null,
    currentAssetMetadata: null,
    canvasContent: { type: 'composition', compositionId: COMPOSITION_ID },
  };
}

const provide = (context, value, child) => h(context.Provider, { value }, child);

function onStage(component, frame) {
  const roots = h(
    Internals.RemotionRootContexts,
    {
      frameState: { [COMPOSITION_ID]: frame },
      numberOfAudioTags: 0,
      logLevel: 'error',
      audioEnabled: true,
      videoEnabled: true,
      audioLatencyHint: 'interactive',
      previewSampleRate: 48000,
    },
    h(component),
  );
  const managed = provide(Internals.CompositionManager, compositionOf(component), roots);
  const hooked = provide(Internals.CanUseRemotionHooks, true, managed);
  return provide(Internals.RemotionEnvironmentContext, ENVIRONMENT, hooked);
}

/**
 * `{ frame, markup }`, or `{ frame, error, thrown }` with the message of what the component threw, and
 * with the value itself, in a function, so that no report holds it.
 */
export function renderAt(component, frame) {
  try {
    return { frame, markup: ReactDOMServer.renderToStaticMarkup(onStage(component, frame)) };
  } catch (error) {
    return { frame, error: String(error?.message ?? error), thrown: () => error };
  }
}

import * as React from 'react';
import { useCurrentFrame, useVideoConfig } from 'remotion';

type Scene = 'intro' | 'main' | 'outro';

function sceneAt(progress: number): Scene {
  switch (true) {
    case progress < 0.1:
      return 'intro';
    case progress < 0.2:
      return 'main';
    default: {
      const missing: string[] | null = progress > 0 ? null : [];
      return missing!.pop() as Scene; //@ pop
    }
  }
}

export default function Scenes() {
  const frame = useCurrentFrame();
  const { durationInFrames } = useVideoConfig();
  const scene = React.useMemo(() => sceneAt(frame / durationInFrames), [frame, durationInFrames]);
  return <p>{scene}</p>;
}

import { useCurrentFrame } from 'remotion';

// café 😀
export default function Windows() {
	const frame = useCurrentFrame();
	const text = '😀'; if (frame > 1) throw new Error(text); //@ new
	return <p>{text}</p>;
}
